import { createReadStream } from 'node:fs';
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { syncFolder } from '../base/atomic-file.js';
import type { BoundedLine } from '../base/bounded-lines.js';
import { fileLines, LinePages } from './lines.js';
import { keepRest } from './rest.js';

/** Which lines stay in a file. */
export interface Sift {
  /** Asked once a line, in their order. */
  stays: (line: BoundedLine) => boolean | Promise<boolean>;
  /** Runs before anything is replaced: where the lines that go are kept, they must be durable when it resolves. */
  settle: () => Promise<void>;
}

/** What was copied beside a file. */
interface Copied {
  path: string;
  /** Whether any line was left out. */
  isShorter: boolean;
  /** Bytes of the file that were looked at. */
  upTo: number;
}

/**
 * Replaces a file by those of its lines that stay; run it under the file's lock.
 * Readers and a crash see the old file or the new one. A foreign program may append at any moment, before, during and
 * after: the old file stays reachable as a rest, from which its end is drained.
 */
export async function rewriteLines(path: string, sift: Sift): Promise<void> {
  const copied = await copyStaying(path, { stays: sift.stays, torn: 'left' });
  if (copied?.isShorter) await sift.settle();
  await finish(copied, path, ({ upTo }) => keepRest(path, upTo));
}

/** The same for a file that nobody writes without the lock; a torn last line stays in it, closed. */
export async function rewriteOwnLines(path: string, stays: Sift['stays']): Promise<void> {
  const target = await realpath(path).catch(() => path);
  await finish(await copyStaying(target, { stays, torn: 'kept' }), target, async () => undefined);
}

async function finish(
  copied: Copied | undefined,
  path: string,
  beforeReplace: (copied: Copied) => Promise<void>,
): Promise<void> {
  if (copied === undefined) return;
  if (!copied.isShorter) return rm(copied.path);
  await beforeReplace(copied);
  await rename(copied.path, path);
  await syncFolder(dirname(path));
}

/** The copy that a killed attempt left is written anew. */
async function copyStaying(
  path: string,
  { stays, torn }: { stays: Sift['stays']; torn: 'left' | 'kept' },
): Promise<Copied | undefined> {
  const before = await stat(path).catch(() => undefined);
  if (before === undefined) return undefined;
  const copied = { path: `${path}.next`, isShorter: false, upTo: 0 };
  const handle = await open(copied.path, 'w', before.mode);
  try {
    const pages = new LinePages((page) => handle.appendFile(page));
    for await (const line of fileLines(path)) {
      if (!line.complete && torn === 'left') break;
      copied.upTo = line.offset + line.length + 1;
      if (await stays(line)) await copyLine(line, { path, pages, handle });
      else copied.isShorter = true;
    }
    await pages.flush();
    await handle.chown(before.uid, before.gid).catch(() => undefined); // Only root may give away.
    await handle.sync();
  } finally {
    await handle.close();
  }
  return copied;
}

/** Of a line that is too long only the beginning is in memory. */
async function copyLine(
  { bytes, offset, length, isTooLong }: BoundedLine,
  { path, pages, handle }: { path: string; pages: LinePages; handle: FileHandle },
): Promise<void> {
  if (!isTooLong) return pages.add(bytes);
  await pages.flush();
  for await (const chunk of createReadStream(path, { start: offset, end: offset + length - 1 }))
    await handle.appendFile(chunk as Buffer);
  await handle.appendFile('\n');
}
