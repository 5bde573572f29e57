import type { Signal } from '../signals/envelope.js';
import { normaliseFacts } from '../signals/facts.js';

/** A repair from its cause to its judgement, as programs get it; null is what did not happen yet, or is not known. */
export interface RepairRow {
  /** Id of its Q_REPAIR_STARTED. */
  id: string;
  at: string;
  rule: string;
  event: string;
  subject: string;
  action: string;
  target: string;
  reason: string;
  cause: { id: string; signal: string | null } | null;
  trace: string;
  outcome: 'made' | 'failed' | 'refused' | 'unknown' | null;
  detail: string | null;
  duration_ms: number | null;
  helped: boolean | null;
  judged_at: string | null;
  judgement: string | null;
}

const OUTCOMES = ['made', 'failed', 'refused', 'unknown'] as const;

/** What a history is made of. */
export interface HistorySources {
  started: readonly Signal[];
  /** Q_REPAIR_MADE and Q_REPAIR_JUDGED. */
  ends: readonly Signal[];
  find: (id: string) => Signal | undefined;
}

/** Joins what was said of each repair, in the order of `started`. */
export function repairHistory({ started, ends, find }: HistorySources): RepairRow[] {
  return started.map((signal) => {
    const facts = factsOf(signal);
    const endOf = (name: string) => ends.find((end) => end.signal === name && end.cause_id === signal.id);
    const [made, judged] = [endOf('Q_REPAIR_MADE'), endOf('Q_REPAIR_JUDGED')];
    const cause = signal.cause_id === null ? undefined : find(signal.cause_id);
    return {
      id: signal.id,
      at: signal.timestamp,
      ...{ rule: text(facts['rule']), event: text(facts['event']), subject: text(facts['subject']) },
      ...{ action: text(facts['action']), target: text(facts['target']), reason: text(facts['reason']) },
      cause: signal.cause_id === null ? null : { id: signal.cause_id, signal: cause?.signal ?? null },
      trace: signal.trace,
      ...madeParts(made),
      helped: judged === undefined ? null : factsOf(judged)['helped'] === true,
      judged_at: judged?.timestamp ?? null,
      judgement: judged === undefined ? null : text(factsOf(judged)['detail']),
    };
  });
}

function madeParts(made: Signal | undefined): Pick<RepairRow, 'outcome' | 'detail' | 'duration_ms'> {
  if (made === undefined) return { outcome: null, detail: null, duration_ms: null };
  const { outcome, detail, duration_ms } = factsOf(made);
  const known = OUTCOMES.find((one) => one === outcome) ?? null;
  return { outcome: known, detail: text(detail), duration_ms: typeof duration_ms === 'number' ? duration_ms : null };
}

/** One that somebody else said may hold anything. */
function factsOf({ signal, facts }: Signal): Record<string, unknown> {
  try {
    return normaliseFacts(signal, facts);
  } catch {
    return facts;
  }
}

function text(fact: unknown): string {
  return typeof fact === 'string' ? fact : '';
}
