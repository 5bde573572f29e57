import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { errorCode, KlorosError, toError } from '../../base/errors.js';
import { commandOf, isStopped } from '../../base/process-identity.js';
import { lockHoldersNow } from './lock-holders.js';

/** Codes with which a process ends because of its journal: to start it again mends nothing. */
const DAMAGED = 'JOURNAL_DAMAGED';

/** Whether somebody else holds SQLite's lock; any statement may say so, opening included (D1). */
export function isBusy(thrown: unknown): boolean {
  return errorCode(thrown)?.startsWith('SQLITE_BUSY') ?? false;
}

/** Whether what SQLite found in the file cannot be. */
export function isDamage(thrown: unknown): boolean {
  const code = errorCode(thrown) ?? '';
  return code.startsWith('SQLITE_CORRUPT') || code.startsWith('SQLITE_NOTADB');
}

/** Whether the disk is full or not writable. */
export function isDiskTrouble(thrown: unknown): boolean {
  const code = errorCode(thrown) ?? '';
  return code === 'SQLITE_FULL' || code.startsWith('SQLITE_IOERR') || code.startsWith('SQLITE_READONLY');
}

/** What a failure to open or to use the journal means: damage, or what keeps this user from it. */
export function explainedError(path: string, error: unknown): KlorosError {
  if (error instanceof KlorosError) return error;
  if (isBusy(error)) return heldError(path);
  return isDamage(error) ? damagedError(path, error) : unwritableError(path, error);
}

/** A page, or the file as a whole, is not what was written. */
export function damagedError(path: string, cause: unknown): KlorosError {
  return new KlorosError({
    code: DAMAGED,
    message: `The journal at ${path} is damaged`,
    why: `SQLite says: ${toError(cause).message}`,
    next: [
      'see what is damaged: kloros journal check',
      'stop the colony, and copy what can be read into a fresh journal: kloros journal salvage',
      'or put a backup in its place: kloros journal restore <file>',
      'and look at the disk: it changed what was written on it',
    ],
    cause,
  });
}

/** The file that this process has open is no longer the one at its path. */
export function goneError(path: string, why: string): KlorosError {
  return new KlorosError({
    code: 'JOURNAL_GONE',
    message: `The journal at ${path} was moved, replaced or deleted while it was in use`,
    why,
    next: [
      `put it back where it was, with its -wal beside it: mv <where it is> ${dirname(path)}`,
      'or begin with the one that is there now, or an empty one: kloros up',
      'a journal is replaced while the colony is stopped, and by: kloros journal restore <file>',
    ],
  });
}

/** Somebody keeps the journal's lock for longer than any work on it takes. */
export function heldError(path: string, waitedMs = 0): KlorosError {
  const holders = lockHoldersNow(path).filter((pid) => pid !== process.pid);
  const named = holders.map((pid) => `process ${pid} (${commandOf(pid) || 'unknown'}${stateOf(pid)})`).join(', ');
  const within = waitedMs > 0 ? ` within ${Math.round(waitedMs / 1_000)} s` : '';
  return new KlorosError({
    code: 'JOURNAL_HELD',
    message: `The journal at ${path} could not be had${within}`,
    why: `${named || 'a process that cannot be seen from here'} holds its lock`,
    next: holders.flatMap((pid) => [
      `let it go on: fg in its terminal, or kill -CONT ${pid}`,
      `or end it: kill -KILL ${pid}`,
    ]),
  });
}

function stateOf(pid: number): string {
  return isStopped(pid) ? ', stopped by SIGSTOP or Ctrl-Z' : '';
}

/** The file or its folder cannot be opened or written. */
export function unwritableError(path: string, error: unknown): KlorosError {
  return new KlorosError({
    code: 'JOURNAL_NOT_WRITABLE',
    message: `The journal at ${path} cannot be opened`,
    why: refusalOf(dirname(path)) ?? toError(error).message,
    next: ['make the folder writable for this user', 'or choose another home: KLOROS_HOME=<folder>'],
    cause: error,
  });
}

/** What the file system says to somebody who wants to write there; SQLite says only that it could not. */
function refusalOf(folder: string): string | undefined {
  try {
    accessSync(folder, constants.W_OK);
    return undefined;
  } catch (error) {
    return toError(error).message;
  }
}
