import { createHash } from 'node:crypto';
import { pathsOf } from '../../lib/config/paths.js';
import { isProbe } from '../../lib/config/probes.js';
import { answeringRecord } from '../../lib/evidence/answering-record.js';
import { openLexicon, type Lexicon } from '../../lib/evidence/lexicon.js';
import { openMeasure, type Measure } from '../../lib/evidence/measure.js';
import { mergeReport, phrasesToCompare } from '../../lib/evidence/merge.js';
import { purposesToCompare, reinvestigationOf, type Reinvestigation } from '../../lib/evidence/reinvestigation.js';
import { evidenceLines, reportOf } from '../../lib/evidence/report.js';
import { openEvidenceStore, type EvidenceStore } from '../../lib/evidence/store.js';
import { oldestForgotten } from '../../lib/investigation/newest.js';
import type { InvestigationRecord } from '../../lib/investigation/record.js';
import { openInvestigationStore, type InvestigationStore } from '../../lib/investigation/store.js';
import type { Answer, Attempt, DaemonEnv } from '../../lib/runtime/define-daemon.js';
import type { Signal } from '../../lib/signals/envelope.js';
import { readFacts, say } from '../../lib/signals/facts.js';

/** How all keys begin. */
const REINVESTIGATED = 'reinvestigated';

interface Resources {
  investigations: InvestigationStore;
  evidence: EvidenceStore;
  lexicon: Lexicon;
  measure: Measure;
}

export async function open({ config, clock, log }: DaemonEnv): Promise<Resources> {
  const paths = pathsOf(config);
  const lexicon = openLexicon();
  const onFallback = (err: unknown) => log.warn({ err }, 'The embedding model did not answer; WordNet decides instead');
  const onUnreadable = (path: string, keptAs: string) =>
    log.warn({ path, keptAs }, 'A file of the evidence store could not be read; it was kept under another name');
  return {
    investigations: openInvestigationStore(paths),
    evidence: openEvidenceStore(paths.evidence, { onUnreadable }),
    lexicon,
    measure: openMeasure({ lexicon, clock, onFallback, ...config.evidence }),
  };
}

export async function close({ investigations, lexicon }: Resources): Promise<void> {
  investigations.close();
  lexicon.close();
}

export async function handle(signal: Signal, attempt: Attempt, resources: Resources): Promise<Answer> {
  const facts = readFacts(signal, 'Q_INVESTIGATION_COMPLETE');
  if (isProbe(facts.question_id)) return;
  const record = await answeringRecord(signal, facts, resources.investigations);
  if (record === undefined)
    return attempt.log.warn({ question_id: facts.question_id }, 'No record: nothing is learned');
  if (!record.success) return attempt.log.info({ question_id: record.question_id }, 'Failed: nothing is learned');
  const again = await merge(record, attempt, resources);
  if (again === undefined) return;
  const keys = [again.key, chainKey(signal, record)].map(shortKey);
  const state = await attempt.state(REINVESTIGATED);
  if (keys.some((key) => Object.hasOwn(state, key))) return;
  attempt.log.info({ question_id: record.question_id }, again.reason);
  const atMs = attempt.clock.nowMs();
  return {
    signals: [askAgain(record, again)],
    state: [...forgotten(state, keys.length), ...keys.map((key) => ({ key, value: atMs }))],
  };
}

/** However long the names in it are. */
function shortKey(key: string): string {
  return `${REINVESTIGATED}:${createHash('sha256').update(key).digest('hex').slice(0, 32)}`;
}

/** Each look makes new keys, and strangers may ask for looks: the oldest are forgotten, and may lead to one more look. */
function forgotten(state: Readonly<Record<string, unknown>>, added: number) {
  return oldestForgotten(
    Object.entries(state).map(([key, atMs]) => ({ key, atMs: Number(atMs) })),
    added,
  );
}

/**
 * What an answer of ours led to does not lead to another look: evidence that changes with each look, such as a log in
 * which the looking itself is written, would be asked about for ever.
 */
function chainKey({ trace }: Signal, { question_id }: InvestigationRecord): string {
  return `reinvestigated in:${trace}:${question_id}`;
}

/** Merges first and decides by what was known before, so that a rerun after a crash decides the same. */
async function merge(record: InvestigationRecord, attempt: Attempt, resources: Resources) {
  const report = reportOf(record);
  let again: Reinvestigation | undefined;
  await resources.evidence.update(report.subject, async (before) => {
    const phrases = [...phrasesToCompare(before, report), ...purposesToCompare(before, report.answer)];
    const measure = await resources.measure.prepare(phrases, attempt.abort);
    again = reinvestigationOf(before, report.answer, measure);
    return mergeReport(before, report, measure);
  });
  return again;
}

function askAgain(record: InvestigationRecord, { reason }: Reinvestigation) {
  return say('Q_CURIOSITY_INVESTIGATE', {
    question: record.question === '' ? record.question_id : record.question,
    question_id: record.question_id,
    priority: 'normal',
    evidence: evidenceLines(record),
    hypothesis: record.hypothesis,
    capability_key: null,
    action_class: 'reinvestigate',
    reason,
  });
}
