import { errorCode, JOURNAL_LOST_EXIT } from '../base/errors.js';

/** How a command ends: the one map of exit codes, from which the help is made. */
export const ExitCode = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  timedOut: 4,
  journalLost: JOURNAL_LOST_EXIT,
  interrupted: 130,
} as const;

/** How a check ends, as monitoring plugins do. */
export const CheckCode = { ok: 0, warning: 1, critical: 2, unknown: 3 } as const;

/** Exit codes of a command and their meaning, for the help. */
export const EXIT_MEANINGS: readonly [code: number, meaning: string][] = [
  [ExitCode.done, 'done'],
  [ExitCode.failed, 'failed'],
  [ExitCode.usage, 'wrong usage'],
  [ExitCode.notFound, 'not found, or nothing matched'],
  [ExitCode.timedOut, 'timed out'],
  [ExitCode.journalLost, 'the journal is damaged or gone'],
  [ExitCode.interrupted, 'interrupted'],
];

/** Exit codes of a check and their meaning, for the help. */
export const CHECK_MEANINGS: readonly [code: number, meaning: string][] = [
  [CheckCode.ok, 'OK'],
  [CheckCode.warning, 'WARNING'],
  [CheckCode.critical, 'CRITICAL'],
  [CheckCode.unknown, 'UNKNOWN, wrong usage included'],
  [ExitCode.interrupted, 'interrupted'],
];

/** Ends of error codes, of whichever room, that say more than "failed". */
const BY_CODE: readonly [RegExp, number][] = [
  [/(^|_)NOT_FOUND$|^UNKNOWN_/, ExitCode.notFound],
  [/(^|_)(TIMED_OUT|TIMEOUT)$/, ExitCode.timedOut],
  [/^(USAGE|INVALID_\w+)$/, ExitCode.usage],
  [/^JOURNAL_(DAMAGED|GONE)$/, ExitCode.journalLost],
  [/^INTERRUPTED$/, ExitCode.interrupted],
];

/** Exit code of what was thrown; a check that could not do its work is UNKNOWN. */
export function exitCodeOf(thrown: unknown, isCheck = false): number {
  const code = errorCode(thrown) ?? '';
  const exit = BY_CODE.find(([pattern]) => pattern.test(code))?.[1] ?? ExitCode.failed;
  return isCheck && exit !== ExitCode.interrupted ? CheckCode.unknown : exit;
}
