import { mkdir, open, rm, rmdir, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errorCode, KlorosError } from './errors.js';
import { flockHolders, loadFlock } from './flock.js';
import { sleep } from './timers.js';

const FIRST_WAIT_MS = 5;
const LONGEST_WAIT_MS = 100;
const WAIT_GROWTH = 1.3;
/** Together about eight seconds. */
const TRIES = 90;
/** Older versions locked by a folder, whose holder touched it every second as long as it lived. */
const FOLDER_STALE_MS = 5_000;

/**
 * Does `work` while no other process that asks in the same way does its own; the lock is one of the kernel's, on
 * `<path>.lock` (flock(2)). So a holder that is killed has none from that moment on, and one that was stopped for however
 * long still has its own when it goes on: nobody else has written meanwhile. The file itself need not exist.
 * Throws FILE_BUSY with the holder when it does not let go for about eight seconds.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const lockPath = `${path}.lock`;
  const lock = await acquire(lockPath, path);
  try {
    return await work();
  } finally {
    await rm(lockPath, { force: true }).catch(() => undefined); // Left behind it is in nobody's way.
    await lock.close();
  }
}

async function acquire(lockPath: string, path: string): Promise<FileHandle> {
  const flock = await loadFlock();
  let waitMs = FIRST_WAIT_MS;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const handle = await opened(lockPath);
    if (handle !== undefined && flock(handle.fd) && (await isThere(handle, lockPath))) return handle;
    await handle?.close();
    await sleep(waitMs);
    waitMs = Math.min(waitMs * WAIT_GROWTH, LONGEST_WAIT_MS);
  }
  throw await busyError(lockPath, path);
}

/** Removes the file of a lock that nobody has, which a killed holder left; false where somebody has it. */
export async function removeUnlocked(lockPath: string): Promise<boolean> {
  const flock = await loadFlock();
  const handle = await open(lockPath, 'r+');
  try {
    if (!flock(handle.fd) || !(await isThere(handle, lockPath))) return false;
    await rm(lockPath);
    return true;
  } finally {
    await handle.close();
  }
}

/** Undefined while an older version has the lock; the folder that a killed one left is removed. Throws LOCK_FOLDER. */
async function opened(lockPath: string): Promise<FileHandle | undefined> {
  try {
    return await open(lockPath, 'a');
  } catch (error) {
    if (errorCode(error) !== 'EISDIR') throw error;
    const touchedMs = (await stat(lockPath).catch(() => undefined))?.mtimeMs ?? Date.now();
    const isStale = Math.abs(Date.now() - touchedMs) > FOLDER_STALE_MS;
    if (isStale) await rmdir(lockPath).catch((cause: unknown) => passOver(lockPath, cause));
    return undefined;
  }
}

function passOver(lockPath: string, cause: unknown): void {
  if (errorCode(cause) === 'ENOENT') return; // Somebody else has removed it.
  throw new KlorosError({
    code: 'LOCK_FOLDER',
    message: `${lockPath} is a folder, and keeps everybody from writing`,
    why: `a file is locked there; older versions made an empty folder of that name, and this one cannot be removed (${errorCode(cause) ?? 'unknown'})`,
    next: [`look into it: ls -la ${lockPath}`, `and move it away: mv ${lockPath} ${lockPath}.old`],
    cause,
  });
}

/** Whoever had the lock before removes its file: what is locked then is a file that nobody else opens any more. */
async function isThere(handle: FileHandle, lockPath: string): Promise<boolean> {
  const [own, there] = await Promise.all([handle.stat(), stat(lockPath).catch(() => undefined)]);
  return own.ino === there?.ino && own.dev === there.dev;
}

async function busyError(lockPath: string, path: string): Promise<KlorosError> {
  const pid = await stat(lockPath).then(
    ({ ino }) => flockHolders(ino)[0]?.pid,
    () => undefined,
  );
  return new KlorosError({
    code: 'FILE_BUSY',
    message: `Another process keeps ${path} locked`,
    why: `${pid === undefined ? 'It' : `Process ${pid}`} did not let go for eight seconds.`,
    next:
      pid === undefined
        ? [`fuser ${lockPath}`]
        : [`ps -o pid,stat,cmd -p ${pid}   # T: it is stopped; kill -CONT ${pid}`],
  });
}
