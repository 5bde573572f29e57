import { closeSync, constants, fstatSync, lstatSync, openSync, readSync } from 'node:fs';
import { cutUtf8 } from '../base/cut-text.js';
import { errorCode, toError } from '../base/errors.js';
import { finalProblem, unfinishedProblem, type IntentProblem } from './problem.js';
import { stampOf, type Stamp } from './stamp.js';

/** What lies under an intent's name. */
export type FileRead =
  | { kind: 'gone' }
  /** bytes: the whole file, or of a larger one its head. */
  | { kind: 'read'; stamp: Stamp; bytes: Buffer; problem?: IntentProblem };

/** Of a file that is too large the dead letter keeps this much; the rest stays in quarantine. */
const HEAD_BYTES = 65_536;
/** Bytes of one in UTF-8: whether the last is whole is seen by what follows it. */
const LONGEST_CHARACTER = 4;

// A link is not followed (it may lead out of the folder) and a pipe is not waited for.
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/**
 * Reads a file that anybody may have put there: never follows a link, never blocks, never more than maxBytes.
 * Synchronously, as the files are small and local: 44,638 of them take 0.7 s, and 3 s through the thread pool.
 */
export function readIntentFile(path: string, maxBytes: number): FileRead {
  try {
    const descriptor = openSync(path, FLAGS);
    try {
      return readDescriptor(descriptor, maxBytes);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? { kind: 'gone' } : unopened(path, error);
  }
}

function readDescriptor(descriptor: number, maxBytes: number): FileRead {
  const stat = fstatSync(descriptor);
  const stamp = stampOf(stat);
  if (!stat.isFile()) return { kind: 'read', stamp, bytes: Buffer.alloc(0), problem: notAFile(kindOf(stat)) };
  const tooLarge = stat.size > maxBytes;
  const bytes = Buffer.alloc(tooLarge ? Math.min(HEAD_BYTES + LONGEST_CHARACTER, stat.size) : stat.size);
  const bytesRead = readSync(descriptor, bytes, 0, bytes.length, 0);
  const found = bytes.subarray(0, bytesRead);
  const read = { kind: 'read', stamp, bytes: tooLarge ? cutUtf8(found, HEAD_BYTES) : found } as const;
  return tooLarge ? { ...read, problem: oversized(stat.size, maxBytes) } : read;
}

function unopened(path: string, error: unknown): FileRead {
  try {
    const stat = lstatSync(path);
    const problem = stat.isFile() ? unreadable(error) : notAFile(kindOf(stat));
    return { kind: 'read', stamp: stampOf(stat), bytes: Buffer.alloc(0), problem };
  } catch {
    return { kind: 'gone' }; // It vanished, or its folder did; the next look at the folder says which.
  }
}

type Kinds = Record<'isDirectory' | 'isSymbolicLink' | 'isFIFO' | 'isSocket', () => boolean>;

function kindOf(stat: Kinds): string {
  if (stat.isSymbolicLink()) return 'a symbolic link; links are not followed, as they may lead out of the folder';
  if (stat.isDirectory()) return 'a directory';
  if (stat.isFIFO()) return 'a pipe';
  return stat.isSocket() ? 'a socket' : 'a device';
}

function notAFile(kind: string): IntentProblem {
  return finalProblem('NotAFile', `it is ${kind}`, ['put a regular file with the intent into the folder']);
}

function oversized(size: number, maxBytes: number): IntentProblem {
  return unfinishedProblem('OversizedIntent', `it has ${size} bytes, more than the limit of ${maxBytes}`, [
    'if it really is an intent, raise intents.maxBytes and restart intent_router',
  ]);
}

function unreadable(error: unknown): IntentProblem {
  return unfinishedProblem('UnreadableIntent', `it cannot be opened: ${toError(error).message}`, [
    'let the user of intent_router read it (chmod, chown)',
  ]);
}
