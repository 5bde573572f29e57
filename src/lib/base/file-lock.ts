import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { lock } from 'proper-lockfile';
import { errorCode, KlorosError } from './errors.js';

/** A holder that was killed stops refreshing its lock; after this long the next one takes it. */
const STALE_MS = 5_000;
const REFRESH_MS = 1_000;
/** Enough tries to outlast a stale lock. */
const RETRIES = { retries: 90, factor: 1.3, minTimeout: 5, maxTimeout: 100 };

/**
 * Does `work` while no other process that asks in the same way does its own; the lock is the folder `<path>.lock`.
 * The file itself need not exist. Throws FILE_BUSY when a live holder does not let go for about eight seconds.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const release = await acquire(path);
  try {
    return await work();
  } finally {
    await release().catch(() => undefined); // A lock that was lost needs no release.
  }
}

async function acquire(path: string): Promise<() => Promise<void>> {
  try {
    return await lock(path, {
      realpath: false,
      stale: STALE_MS,
      update: REFRESH_MS,
      retries: RETRIES,
      // Without this a lost lock would throw from a timer and end the whole process.
      onCompromised: () => undefined,
    });
  } catch (cause) {
    if (errorCode(cause) !== 'ELOCKED') throw cause;
    throw new KlorosError({
      code: 'FILE_BUSY',
      message: `Another process keeps ${path} locked`,
      why: `The folder ${path}.lock is refreshed by a live holder.`,
      next: [`ls -la ${path}.lock   # its age says whether the holder still lives`],
      cause,
    });
  }
}
