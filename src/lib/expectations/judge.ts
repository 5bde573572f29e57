import type { Expectation } from './expectation.js';
import type { JournalTime } from './journal-time.js';
import type { OpenTrigger, Told } from './open-triggers.js';
import type { Place } from './place.js';

/** Since when a trigger's clock runs, and against which of the two limits. */
export interface Clocked {
  limit: Told['limit'];
  sinceMs: number;
  limitMs: number;
}

/** By what is judged. */
export interface Rule {
  expectation: Pick<Expectation, 'withinMs' | 'waitingMs'>;
  times: Pick<JournalTime, 'of'>;
  nowMs: number;
}

/**
 * The clock of a trigger. In the queue it has run since the journal took it, against the longer limit; from the first attempt
 * on against the shorter one. Where the journal has forgotten the attempt, because the work is settled, it counts from
 * when that was noticed; where nobody here does the work, from when it was said.
 */
export function clockOf(trigger: OpenTrigger, place: Place, { expectation, times, nowMs }: Rule): Clocked {
  const { withinMs, waitingMs } = expectation;
  const takenMs = times.of(trigger, nowMs);
  if (place.kind === 'queued') return { limit: 'queue', sinceMs: takenMs, limitMs: waitingMs };
  const work = (sinceMs: number): Clocked => ({ limit: 'work', sinceMs, limitMs: withinMs });
  if (place.kind === 'unheard') return work(takenMs);
  // No attempt is made before its signal was taken, nor after now: such a time is one of another clock.
  if ('firstAttemptAtMs' in place)
    return work(place.firstAttemptAtMs > nowMs ? takenMs : Math.max(place.firstAttemptAtMs, takenMs));
  return work(trigger.sinceMs ?? nowMs);
}

/**
 * Whether a trigger is over its limit. `anewAtMs` is when all clocks last began anew: a pause that an operator made is
 * nobody's lateness.
 */
export function isOverdue({ sinceMs, limitMs }: Clocked, nowMs: number, anewAtMs: number): boolean {
  return nowMs - Math.max(sinceMs, anewAtMs) >= limitMs;
}

/**
 * Refused by whoever would answer it, or settled while its question was answered by way of another trigger: there is
 * nothing left to wait for.
 */
export function isOver({ besides }: OpenTrigger, { kind }: Place): boolean {
  if (kind === 'refused') return true;
  return besides !== null && (kind === 'handled' || kind === 'dead');
}
