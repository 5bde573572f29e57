import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { errorCode } from '../base/errors.js';
import { usageError } from './command-error.js';

/** The text of a file, or of stdin for `-`. A file that is not there is a wrong command line. */
export async function readInput(path: string): Promise<string> {
  return boundedText(path === '-' ? process.stdin : createReadStream(path), path).catch((error: unknown) => {
    throw errorCode(error) === 'ENOENT' || errorCode(error) === 'ENAMETOOLONG' ? noFile(path) : error;
  });
}

/** More than a signal may have is nobody's facts. */
const MOST_BYTES = 2_097_152;

async function boundedText(input: Readable, path: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input as AsyncIterable<Buffer | string>) {
    chunks.push(Buffer.from(chunk));
    bytes += chunks.at(-1)?.length ?? 0;
    if (bytes > MOST_BYTES) throw tooLarge(path);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(path: string): Error {
  return usageError(`${path === '-' ? 'stdin' : path} is too large`, `more than ${MOST_BYTES} bytes are no facts`, [
    'write what is large into a file of its own, and say in a fact where it is',
  ]);
}

function noFile(path: string): Error {
  if (!/^\s*[{[]/.test(path))
    return usageError(`There is no file ${path}`, 'the file or folder does not exist', [`ls ${path}`]);
  return usageError(`${path} is no file`, 'JSON is read from a file or from stdin', ["echo '{…}' | kloros … -"]);
}
