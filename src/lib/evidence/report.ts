import { createHash } from 'node:crypto';
import type { InvestigationRecord } from '../investigation/record.js';
import type { Answer } from './module-evidence.js';

/** What an investigation says, in the evidence store's terms. */
export interface Report {
  subject: string;
  answer: Answer;
  provides: string[];
  uses: string[];
  usedBy: string[];
}

/** Reads a record as evidence: a module's where it names one, else the question's own. */
export function reportOf(record: InvestigationRecord): Report {
  const module = record.module_path ?? record.module_name;
  return {
    subject: module === null ? `question:${record.question_id}` : `module:${module}`,
    answer: {
      investigation_id: record.id,
      question_id: record.question_id,
      question: record.question === '' ? record.question_id : record.question,
      hypothesis: record.hypothesis,
      purpose: record.purpose,
      capabilities: distinct(record.capabilities),
      confidence: record.confidence,
      evidence_hash: record.evidence_hash ?? hashOf(evidenceLines(record)),
      at: record.timestamp,
    },
    provides: distinct(record.capabilities),
    uses: distinct(record.structure.imports_outside),
    usedBy: distinct(record.imported_by),
  };
}

/** The record's evidence as lines; what came as an object is written as JSON. */
export function evidenceLines(record: InvestigationRecord): string[] {
  return record.evidence.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
}

function distinct(texts: readonly string[]): string[] {
  return [...new Set(texts.map((text) => text.trim()).filter((text) => text !== ''))];
}

// Rows of existing writers have no hash: what they were asked to look at has to do.
function hashOf(lines: readonly string[]): string {
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}
