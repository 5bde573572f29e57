import { KlorosError } from '../base/errors.js';
import { closest } from '../base/closest.js';

/** The command line itself is wrong; exit code 2. */
export function usageError(message: string, why: string, next: string[]): KlorosError {
  return new KlorosError({ code: 'USAGE', message, why, next });
}

/** What was looked for, and among what. */
export interface NotFoundParts {
  /** E.g. `signal`; the error's code becomes SIGNAL_NOT_FOUND. */
  kind: string;
  name: string;
  candidates: readonly string[];
  /** Command for a name, e.g. `kloros signal explain`. */
  command?: string;
  /** Command that lists them all. */
  list: string;
}

/** Something has no such name; suggests the closest one. Exit code 3. */
export function notFoundError({ kind, name, candidates, command, list }: NotFoundParts): KlorosError {
  const suggestion = closest(name, candidates);
  const retry = suggestion !== undefined && command !== undefined ? [`${command} ${suggestion}`] : [];
  return new KlorosError({
    code: `${kind.toUpperCase().replaceAll(/\W+/g, '_')}_NOT_FOUND`,
    message: `There is no ${kind} ${name}`,
    why: suggestion === undefined ? noneLikeIt(candidates.length) : `did you mean ${suggestion}?`,
    next: [...retry, list],
  });
}

function noneLikeIt(count: number): string {
  return count === 0 ? 'there is none at all' : `none of the ${count} has a similar name`;
}

/** Why a command is ended from outside. */
export type InterruptCause = 'SIGINT' | 'SIGTERM' | 'EPIPE';

/** The reason of an aborted `interrupted`; exit code 130 for Ctrl-C. */
export class InterruptedError extends KlorosError {
  readonly by: InterruptCause;

  constructor(by: InterruptCause) {
    super({ code: 'INTERRUPTED', message: 'Interrupted', why: BY[by] });
    this.name = 'InterruptedError';
    this.by = by;
  }
}

const BY: Record<InterruptCause, string> = {
  SIGINT: 'Ctrl-C was pressed (SIGINT)',
  SIGTERM: 'the process was asked to stop (SIGTERM)',
  EPIPE: 'nobody reads the output any more',
};
