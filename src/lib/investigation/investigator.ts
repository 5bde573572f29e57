import { isoTimestamp, type Clock } from '../base/clock.js';
import { failureInWords } from './failure.js';
import { look, type Scope, type Seen } from './look.js';
import type { Model, ModelAnalysis } from './model.js';
import { subjectOf, type Question } from './question.js';
import { investigationRecordSchema, type InvestigationRecord } from './record.js';
import type { InvestigationStore } from './store.js';

/** What answering needs of the records. */
export type AnswerStore = Pick<InvestigationStore, 'append' | 'latest' | 'bySignal'>;

/** The answer to a question. */
export interface Answered {
  record: InvestigationRecord;
  /** The question was not investigated again: what it looks at is what this earlier record saw. */
  fromRecord: boolean;
}

/** With what a question is answered. */
export interface Investigating {
  scope: Scope;
  store: AnswerStore;
  clock: Clock;
  abort: AbortSignal;
  /** Asked what a module is for, where one is configured (D8). */
  model?: Model | undefined;
}

/** Investigates a question, or answers it from the record; the same signal twice is one record. */
export async function investigate(question: Question, around: Investigating): Promise<Answered> {
  const { scope, store, clock, abort } = around;
  const mine = await store.bySignal(question.signalId);
  if (mine) return { record: mine, fromRecord: false };
  const startedMs = clock.monotonicMs();
  const seen = await look(question, subjectOf(question), { scope, abort });
  const before = question.again ? undefined : await store.latest(question.questionId);
  if (before && stillHolds(before, seen)) return { record: before, fromRecord: true };
  const analysis = await analysisOf(question, seen, around);
  const durationMs = Math.round(clock.monotonicMs() - startedMs);
  const record = recordOf(question, withAnalysis(seen, analysis), { nowMs: clock.nowMs(), durationMs });
  abort.throwIfAborted();
  return { record: await store.append(record), fromRecord: false };
}

async function analysisOf(
  { question }: Question,
  { fields: { module_name, language, files_analyzed, structure, purpose = null, imported_by = [] } }: Seen,
  { model, abort }: Investigating,
): Promise<ModelAnalysis | undefined> {
  if (!module_name || !language || !files_analyzed || !structure) return undefined;
  return model?.analyse({ question, module_name, language, files_analyzed, structure, purpose, imported_by }, abort);
}

/** Purpose and capabilities are the model's then; structure, hypothesis and confidence stay those of the code. */
function withAnalysis(seen: Seen, analysis: ModelAnalysis | undefined): Seen {
  if (analysis === undefined) return seen;
  const { purpose, capabilities } = analysis;
  const said = capabilities.length > 0 ? { purpose, capabilities } : { purpose };
  return {
    ...seen,
    investigation_method: `${seen.investigation_method}+model`,
    fields: { ...seen.fields, ...said, llm_analysis: { ...analysis } },
  };
}

/** `YYYYMMDD_HHMMSS_mmm` in UTC. */
function investigationTimestamp(ms: number): string {
  const [date = '', time = ''] = isoTimestamp(ms).split('T');
  return `${date.replaceAll('-', '')}_${time.replaceAll(':', '').replace('.', '_').replace('Z', '')}`;
}

// A module that has left the registry since is undiscovered again, though its code is the same.
function stillHolds(before: InvestigationRecord, seen: Seen): boolean {
  const lost = /^KNOWN_/.test(before.hypothesis ?? '') && /^UNDISCOVERED_/.test(seen.hypothesis);
  return before.evidence_hash === seen.evidence_hash && !lost;
}

function recordOf(question: Question, seen: Seen, at: { nowMs: number; durationMs: number }): InvestigationRecord {
  const { failure, found, fields, ...rest } = seen;
  return investigationRecordSchema.parse({
    ...fields,
    ...rest,
    id: `inv.${question.signalId}`,
    timestamp: isoTimestamp(at.nowMs),
    investigation_timestamp: investigationTimestamp(at.nowMs),
    question_id: question.questionId,
    question: question.question,
    // Who asks again gives what was found the first time.
    evidence: [...new Set([...question.evidence, ...found])],
    status: failure ? 'failed' : 'completed',
    success: failure === undefined,
    error: failure ? failureInWords(failure) : null,
    error_type: failure?.type ?? null,
    signal_id: question.signalId,
    duration_ms: at.durationMs,
  });
}
