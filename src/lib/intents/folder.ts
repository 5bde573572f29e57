import { mkdir, opendir, readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode } from '../base/errors.js';
import { escapedName, isIntentName } from './file-name.js';
import { stampAt } from './stamp.js';

/** Names in an intents folder. */
export interface Listing {
  /** Sorted: names begin with their time (formats.md §3), so the oldest come first. */
  names: string[];
  /** False where the limit was reached. */
  complete: boolean;
}

/** What a decoder puts for bytes that are not UTF-8. */
export const REPLACEMENT = '\uFFFD';
const ENTRIES_AT_ONCE = 256;

/** Makes the folder if it is missing and answers its inode, by which a new folder of the same name is told apart. */
export async function ensureFolder(path: string): Promise<number> {
  try {
    return (await stat(path)).ino;
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    await mkdir(path, { recursive: true });
    return (await stat(path)).ino;
  }
}

/** Lists at most `limit` intents that `isWanted`; names that are not UTF-8 are given one that is, first. */
export async function listIntents(
  folder: string,
  limit: number,
  isWanted: (name: string) => boolean,
): Promise<Listing> {
  const names: string[] = [];
  let hasOdd = false;
  for await (const { name } of await opendir(folder, { bufferSize: ENTRIES_AT_ONCE })) {
    hasOdd ||= name.includes(REPLACEMENT);
    if (isIntentName(name) && !name.includes(REPLACEMENT) && isWanted(name)) names.push(name);
    if (names.length === limit) return { names: names.sort(), complete: false };
  }
  const renamed = hasOdd ? (await nameReadably(folder)).filter(isWanted) : [];
  return { names: [...names, ...renamed].sort(), complete: true };
}

/** A signal's cause names the file, so a name must be text. Answers the new names. */
async function nameReadably(folder: string): Promise<string[]> {
  const renamed: string[] = [];
  for (const bytes of await readdir(folder, { encoding: 'buffer' })) {
    const name = bytes.toString('utf8');
    if (!name.includes(REPLACEMENT) || !isIntentName(name)) continue;
    const readable = Buffer.from(name).equals(bytes) ? name : escapedName(bytes);
    if (readable !== name && stampAt(join(folder, readable)) === undefined) {
      await rename(Buffer.concat([Buffer.from(`${folder}/`), bytes]), join(folder, readable));
    }
    renamed.push(readable);
  }
  return renamed;
}
