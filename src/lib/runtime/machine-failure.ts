import { errorCode, InfrastructureError, PermanentError } from '../base/errors.js';

/** Codes that say something about the machine, whatever the signal: disk, descriptors, memory, network. */
const CODES: ReadonlySet<string> = new Set([
  ...['DISK_FULL', 'ENOSPC', 'EDQUOT', 'EROFS', 'EIO', 'SQLITE_FULL'],
  ...['EMFILE', 'ENFILE', 'ENOMEM', 'EAGAIN'],
  ...['ENETDOWN', 'ENETUNREACH', 'EHOSTUNREACH', 'ECONNREFUSED', 'EAI_AGAIN'],
]);
const SQLITE_TROUBLE = /^SQLITE_(?:IOERR|READONLY)/;
const DEEPEST_CAUSE = 5;

/**
 * Whether a failure is the machine's and not the signal's, by itself or by what caused it.
 * What its thrower calls permanent is the signal's, whatever is below it.
 */
export function isMachineFailure(thrown: unknown): boolean {
  let error = thrown;
  for (let depth = 0; depth < DEEPEST_CAUSE && error !== undefined; depth += 1) {
    if (error instanceof PermanentError) return false;
    if (error instanceof InfrastructureError) return true;
    const code = errorCode(error) ?? '';
    if (CODES.has(code) || SQLITE_TROUBLE.test(code)) return true;
    error = error instanceof Error ? error.cause : undefined;
  }
  return false;
}
