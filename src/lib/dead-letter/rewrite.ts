import { open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../base/atomic-file.js';
import { errorCode } from '../base/errors.js';
import { bytesOf, linesOf, wholeLines } from './lines.js';
import { keepRest } from './rest.js';

/** Decides which lines stay; runs before anything is replaced, and what it does must be durable when it returns. */
export type Sift = (lines: Buffer[]) => Promise<Buffer[]>;

/**
 * Replaces a file by those of its lines that stay; run it under the file's lock.
 * Readers and a crash see the old file or the new one. A foreign program may append at any moment, before, during and
 * after: the old file stays reachable as a rest, from which its end is drained.
 */
export async function rewriteLines(path: string, sift: Sift): Promise<void> {
  const before = wholeLines(await bytesAt(path));
  const lines = linesOf(before);
  const keep = await sift(lines);
  if (keep.length === lines.length) return;
  const mode = (await stat(path)).mode;
  const next = `${path}.next`;
  const handle = await open(next, 'w', mode);
  try {
    await handle.writeFile(bytesOf(keep));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await keepRest(path, before.length);
  await rename(next, path);
  await syncFolder(dirname(path));
}

/** A file's bytes; none where there is no file. */
export async function bytesAt(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}
