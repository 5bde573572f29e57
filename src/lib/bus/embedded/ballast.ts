import { existsSync, renameSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { draftOf } from '../../base/drafts.js';

const BALLAST_BYTES = 16 * 1024 * 1024;
/** It is taken up again only when this many times its size is free, so that it is not given up at once again. */
const COMFORT = 2;

/**
 * Path of the reserve beside a journal. While the file is there, the disk had room;
 * it is given up when the disk is full, because deleting and checkpointing need room too,
 * and while it is missing every process refuses new signals.
 */
export function ballastOf(journalPath: string): string {
  return join(dirname(journalPath), 'ballast');
}

/** Tells whether the reserve is there; it looks once in a turn of the event loop, however many ask. */
export function reserveWatch(journalPath: string): () => boolean {
  const path = ballastOf(journalPath);
  let known: boolean | undefined;
  return () => {
    if (known === undefined) setImmediate(() => (known = undefined));
    return (known ??= existsSync(path));
  };
}

/** Gives the reserve up, where the disk lets it; it never throws, since a writer in trouble calls it. */
export function dropBallast(journalPath: string): void {
  try {
    rmSync(ballastOf(journalPath), { force: true });
  } catch {
    return; // A read-only disk lets nothing be removed, and it is not room that it lacks.
  }
}

/** Takes the reserve up where there is room; answers whether it is there. */
export function takeBallast(journalPath: string): boolean {
  const path = ballastOf(journalPath);
  if (existsSync(path)) return true;
  const { bavail, bsize } = statfsSync(dirname(path));
  if (bavail * bsize < BALLAST_BYTES * COMFORT) return false;
  return fill(path);
}

function fill(path: string): boolean {
  const partial = draftOf(path);
  try {
    writeFileSync(partial, Buffer.alloc(BALLAST_BYTES));
    renameSync(partial, path);
    return true;
  } catch {
    rmSync(partial, { force: true }); // The room went while it was written: a partial file is no reserve.
    return false;
  }
}
