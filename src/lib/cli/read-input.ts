import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { errorCode } from '../base/errors.js';
import { usageError } from './command-error.js';

/** The text of a file, or of stdin for `-`. A file that is not there is a wrong command line. */
export async function readInput(path: string): Promise<string> {
  if (path === '-') return text(process.stdin);
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw errorCode(error) === 'ENOENT' || errorCode(error) === 'ENAMETOOLONG' ? noFile(path) : error;
  });
}

function noFile(path: string): Error {
  if (!/^\s*[{[]/.test(path))
    return usageError(`There is no file ${path}`, 'the file or folder does not exist', [`ls ${path}`]);
  return usageError(`${path} is no file`, 'JSON is read from a file or from stdin', ["echo '{…}' | kloros … -"]);
}
