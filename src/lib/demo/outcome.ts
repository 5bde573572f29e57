import type { Signal } from '../signals/envelope.js';

/** How a chain ended: announced to all, refused with a reason, or answered from the record without looking again. */
export type Outcome = 'announced' | 'refused' | 'remembered';

/** The cause_id of what an intent file becomes. */
export function fromIntent(fileName: string): string {
  return `intent:${fileName}`;
}

/** Whether a signal ends the chain of a question. */
export function isOutcome(signal: Signal): boolean {
  return outcomeOf(signal) !== undefined;
}

/** What a chain's last signal says; undefined for one in between. */
export function outcomeOf({ signal, facts }: Signal): Outcome | undefined {
  if (signal === 'Q_MODULE_DISCOVERED') return 'announced';
  if (signal === 'Q_INTEGRATION_FAILED') return 'refused';
  return signal === 'Q_INVESTIGATION_COMPLETE' && 'answered_from' in facts ? 'remembered' : undefined;
}
