import type { Dirent } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join } from 'node:path';

const ENTRIES_AT_ONCE = 256;

/** Regular files of a folder and of so many levels below it, one after the other; links are followed nowhere. */
export async function* filesBelow(folder: string, levels: number): AsyncGenerator<string> {
  const below: string[] = [];
  for await (const entry of entriesOf(folder)) {
    if (entry.isFile()) yield join(folder, entry.name);
    else if (entry.isDirectory() && levels > 0) below.push(join(folder, entry.name));
  }
  for (const one of below) yield* filesBelow(one, levels - 1);
}

/** None of a folder that is not there, or may not be read. */
async function* entriesOf(folder: string): AsyncGenerator<Dirent> {
  const opened = await opendir(folder, { bufferSize: ENTRIES_AT_ONCE }).catch(() => undefined);
  if (opened !== undefined) yield* opened;
}
