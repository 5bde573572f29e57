import { link, mkdir, open, readdir, rename, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../base/atomic-file.js';
import { errorCode } from '../base/errors.js';
import { holdersOf } from '../base/file-holders.js';
import { isClosed, wholeLines } from './lines.js';

/** A replaced file that somebody who does not know of it may still append to. */
interface Rest {
  path: string;
  ino: number;
  /** Up to here its content is in the new file. */
  drained: number;
}

/** Without growth for this long, and held by nobody, a replaced file is let go. */
const STILL_MS = 10_000;
/** Where it cannot be seen who holds it. */
const STILL_UNSEEN_MS = 3_600_000;

/** Folder of the files that this one replaced. */
function folderOf(path: string): string {
  return `${path}.rest`;
}

/** Keeps the file at `path`, which is about to be replaced, reachable: what is appended to it from `drained` on is read later. */
export async function keepRest(path: string, drained: number): Promise<void> {
  const { ino } = await stat(path);
  await mkdir(folderOf(path), { recursive: true });
  try {
    await link(path, join(folderOf(path), `${ino}.${drained}`));
  } catch (error) {
    // This very file is kept already, by a rewrite that did not come to its end.
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  await syncFolder(folderOf(path));
}

/** Whether anything was replaced of which an end may still come. */
export async function hasRests(path: string): Promise<boolean> {
  return (await restsOf(path)).length > 0;
}

/**
 * Appends what foreign programs wrote to replaced files to the new one; run it under the file's lock.
 * A crash between append and note appends it twice: nothing is lost.
 */
export async function drainRests(path: string, nowMs: number): Promise<void> {
  for (const rest of await restsOf(path)) await drain(path, rest, nowMs);
}

async function drain(path: string, rest: Rest, nowMs: number): Promise<void> {
  const { dev, ino, mtimeMs } = await stat(rest.path);
  if (await isLive(path, { dev, ino })) return unlink(rest.path);
  const ended = await hasEnded({ dev, ino }, nowMs - mtimeMs);
  const bytes = await readFrom(rest.path, rest.drained);
  const take = ended ? bytes : wholeLines(bytes);
  if (take.length > 0) await appendLines(path, take);
  if (ended) return unlink(rest.path);
  if (take.length > 0) await rename(rest.path, join(folderOf(path), `${rest.ino}.${rest.drained + take.length}`));
}

/** Whether a rest is the live file itself: a rewrite was interrupted before its end, and nothing was replaced. */
async function isLive(path: string, rest: { dev: number; ino: number }): Promise<boolean> {
  try {
    const { dev, ino } = await stat(path);
    return dev === rest.dev && ino === rest.ino;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function hasEnded(file: { dev: number; ino: number }, stillMs: number): Promise<boolean> {
  // A clock that jumped must not end it early.
  if (stillMs < STILL_MS) return false;
  const held = await holdersOf(file);
  return held === 'no' || (held === 'unknown' && stillMs > STILL_UNSEEN_MS);
}

async function restsOf(path: string): Promise<Rest[]> {
  try {
    const names = await readdir(folderOf(path));
    return names.flatMap((name) => {
      const [, ino, drained] = /^(\d+)\.(\d+)$/.exec(name) ?? [];
      return ino === undefined
        ? []
        : [{ path: join(folderOf(path), name), ino: Number(ino), drained: Number(drained) }];
    });
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function readFrom(path: string, offset: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const bytes = Buffer.alloc(Math.max(0, size - offset));
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** Appends whole lines, durably; closes a torn last line first, and the last of these. */
export async function appendLines(path: string, lines: Buffer): Promise<void> {
  const handle = await open(path, 'a+');
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(Math.min(size, 1));
    await handle.read(last, 0, last.length, Math.max(0, size - 1));
    const newline = Buffer.from('\n');
    await handle.appendFile(
      Buffer.concat([...(isClosed(last) ? [] : [newline]), lines, ...(isClosed(lines) ? [] : [newline])]),
    );
    await handle.sync();
  } finally {
    await handle.close();
  }
}
