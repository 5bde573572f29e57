import { own } from '../base/own.js';
import type { Signal } from '../signals/envelope.js';
import type { Case, OpenRepair } from './memory.js';
import type { Rule } from './rule.js';
import { textOf } from './sighting.js';

/** Whether a repair helped, and how that is known. */
export interface Verdict {
  helped: boolean;
  detail: string;
}

/** What is judged, and whether the trouble is to be seen now. */
export interface Judged {
  rule: Rule;
  case: Case;
  isPresent: boolean;
  nowMs: number;
}

/**
 * Judges a repair; undefined while it has time. A signal that was to come, or a queue that is shorter, shows at once
 * that it helped; that a daemon beats, lives or is well is only believed when its time is over.
 */
export function verdictOn(open: OpenRepair, judged: Judged): Verdict | undefined {
  if (open.failure !== null) return { helped: false, detail: open.failure };
  const awaited = awaitedSignal(judged);
  if (open.answered) return { helped: true, detail: `${awaited ?? 'what was missing'} came` };
  if (judged.nowMs >= open.judgeByMs) return atLast(open, judged);
  const showsAtOnce = judged.rule.when.event === 'lag_grows' && awaited === undefined && open.madeMs !== null;
  return showsAtOnce && !judged.isPresent ? OVER : undefined;
}

function atLast({ madeMs }: OpenRepair, judged: Judged): Verdict {
  if (madeMs === null) return { helped: false, detail: 'nothing was heard of it in its time' };
  const awaited = awaitedSignal(judged);
  if (awaited !== undefined) return { helped: false, detail: `no ${awaited} came in its time` };
  return judged.isPresent ? STILL_SO : OVER;
}

const STILL_SO: Verdict = { helped: false, detail: 'what led to it is still so' };
const OVER: Verdict = { helped: true, detail: 'what led to it is over' };

/** Whether a signal is the one by which a repair of this case is judged. */
export function isAwaited(rule: Rule, { sought }: Pick<Case, 'sought'>, signal: Signal): boolean {
  if (rule.helped.signal !== undefined) return signal.signal === rule.helped.signal && helps(rule, signal);
  if (sought === null || signal.signal !== sought.signal) return false;
  return sought.by === null ? signal.trace === sought.trace : own(signal.facts, sought.by) === sought.key;
}

/** Whether a signal shows that what stood still works again: any answer does, also one to another question. */
export function isSignOfLife(rule: Rule, { sought }: Case, signal: Signal): boolean {
  if (rule.helped.signal !== undefined) return signal.signal === rule.helped.signal && helps(rule, signal);
  return sought !== null && signal.signal === sought.signal;
}

/** Whether the trouble of a rule that stands still is over without any sign of life: it is not to be seen any more. */
function hasCleared({ rule, case: { seenMs, sought }, isPresent, nowMs }: Judged): boolean {
  if (isPresent) return false;
  const isSeenByHealer = ['watchdog', 'restart_storm', 'lag_grows'].includes(rule.when.event);
  if (isSeenByHealer) return true;
  return sought === null && nowMs - seenMs >= rule.cooldown;
}

function awaitedSignal({ rule, case: { sought } }: Judged): string | undefined {
  return rule.helped.signal ?? sought?.signal;
}

function helps(rule: Rule, signal: Signal): boolean {
  try {
    return rule.helps({ signal: signal.signal, source: signal.source, facts: signal.facts, subject: '' }) === true;
  } catch {
    return false; // A field that it does not have.
  }
}

const FAILURES: Readonly<Record<string, string>> = {
  failed: 'it was tried and failed',
  unknown: 'it was begun, and nobody knows what came of it',
};

/** What its own answer says of a repair. */
export function madeOf({ facts }: Signal, { helped }: Rule, nowMs: number) {
  const outcome = facts['outcome'];
  const detail = textOf(facts['detail']);
  if (outcome === 'made') return { madeMs: nowMs, judgeByMs: nowMs + helped.within };
  return { madeMs: nowMs, failure: `${own(FAILURES, String(outcome)) ?? 'it was refused'}: ${detail}` };
}

/** A rule that stands still goes on when it was edited, or its trouble is over. */
export function mayGoOn(still: NonNullable<Case['still']>, rule: Rule, judged: Judged): boolean {
  if (still.version !== rule.version) return true;
  return judged.nowMs >= still.leastMs && hasCleared(judged);
}
