import type { InvestigationRecord } from '../investigation/record.js';
import type { InvestigationStore } from '../investigation/store.js';
import type { Signal } from '../signals/envelope.js';

/** What a Q_INVESTIGATION_COMPLETE says about which record it speaks of. */
export interface Announced {
  question_id: string;
  investigation_timestamp: string | null;
}

/**
 * The record that a completion announces: the one written for its cause, else the one of its timestamp
 * (an answer given from the record has a cause without a row of its own), else the question's newest.
 */
export async function answeringRecord(
  signal: Pick<Signal, 'cause_id' | 'facts'>,
  facts: Announced,
  store: InvestigationStore,
): Promise<InvestigationRecord | undefined> {
  if (signal.facts['suppressed'] === true) return undefined; // Nothing was investigated.
  const caused = signal.cause_id === null ? undefined : await store.bySignal(signal.cause_id);
  if (caused) return caused;
  const timed =
    facts.investigation_timestamp === null ? undefined : await store.byTimestamp(facts.investigation_timestamp);
  return timed?.question_id === facts.question_id ? timed : store.latest(facts.question_id);
}
