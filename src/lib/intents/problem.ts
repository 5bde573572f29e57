import { KlorosError } from '../base/errors.js';

/** Why an intent file cannot be routed, in words for an operator. */
export interface IntentProblem {
  /** Stable name, e.g. `UnreadableIntent`. */
  name: string;
  /** What and why, one sentence without the file's name. */
  message: string;
  /** What to mend, most likely first. */
  next: string[];
  /** True where the file may still be being written: it is an error only once it has been still. */
  mayBeUnfinished: boolean;
}

const DEFAULT_NEXT = 'correct it';

/** A problem that time cannot mend. */
export function finalProblem(name: string, message: string, next: string[] = [DEFAULT_NEXT]): IntentProblem {
  return { name, message, next, mayBeUnfinished: false };
}

/** A problem that a file has while its writer is at work. */
export function unfinishedProblem(name: string, message: string, next: string[] = [DEFAULT_NEXT]): IntentProblem {
  return { name, message, next, mayBeUnfinished: true };
}

/** The problem as an error, for those who submit. */
export function problemError(problem: IntentProblem, what: string): KlorosError {
  return new KlorosError({
    code: 'INVALID_INTENT',
    message: `${what} is no intent that can be routed`,
    why: problem.message,
    next: problem.next,
  });
}
