import type { Observer } from '../bus/observer.js';

const DEEPEST = 100;

/** Ids of what led to a signal, the nearest first; none where it is not in the journal. */
export function causesOf(observer: Observer, id: string): string[] {
  const causes: string[] = [];
  let cause = observer.find(id)?.signal.cause_id ?? null;
  while (cause !== null && causes.length < DEEPEST && !causes.includes(cause)) {
    causes.push(cause);
    cause = observer.find(cause)?.signal.cause_id ?? null;
  }
  return causes;
}
