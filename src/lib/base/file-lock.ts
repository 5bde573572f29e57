import { readFileSync } from 'node:fs';
import { mkdir, open, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { KlorosError } from './errors.js';

const FIRST_WAIT_MS = 5;
const LONGEST_WAIT_MS = 100;
const WAIT_GROWTH = 1.3;
/** Together about eight seconds. */
const TRIES = 90;
/** Of flock(2). */
const EXCLUSIVE_NOW = 2 | 4;
const EAGAIN = 11;

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
    const handle = await open(lockPath, 'a');
    if (flock(handle.fd) && (await isThere(handle, lockPath))) return handle;
    await handle.close();
    await setTimeout(waitMs);
    waitMs = Math.min(waitMs * WAIT_GROWTH, LONGEST_WAIT_MS);
  }
  throw await busyError(lockPath, path);
}

/** Whoever had the lock before removes its file: what is locked then is a file that nobody else opens any more. */
async function isThere(handle: FileHandle, lockPath: string): Promise<boolean> {
  const [own, there] = await Promise.all([handle.stat(), stat(lockPath).catch(() => undefined)]);
  return own.ino === there?.ino && own.dev === there.dev;
}

type Flock = (fd: number) => boolean;
let loading: Promise<Flock> | undefined;

/** Node has no flock(2); loaded when the first lock is asked for, since most commands ask for none. */
function loadFlock(): Promise<Flock> {
  loading ??= import('koffi').then(({ default: koffi }) => {
    const flock = koffi.load(null).func('int flock(int fd, int operation)') as (fd: number, how: number) => number;
    return (fd) => {
      if (flock(fd, EXCLUSIVE_NOW) === 0) return true;
      if (koffi.errno() === EAGAIN) return false;
      throw new KlorosError({
        code: 'FILE_NOT_LOCKABLE',
        message: 'A file cannot be locked',
        why: `flock(2) failed with errno ${koffi.errno()}`,
        next: ['put KLOROS_HOME on a local disk'],
      });
    };
  });
  // While an upgrade replaces the package it is not there; the next lock finds it.
  loading.catch(() => (loading = undefined));
  return loading;
}

async function busyError(lockPath: string, path: string): Promise<KlorosError> {
  const pid = await holderOf(lockPath).catch(() => undefined);
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

/** Process that holds the lock, from /proc/locks (proc(5)). */
async function holderOf(lockPath: string): Promise<string | undefined> {
  const { ino } = await stat(lockPath);
  const line = readFileSync('/proc/locks', 'utf8').match(new RegExp(`FLOCK\\s+\\S+\\s+WRITE (\\d+) \\S+:${ino} `));
  return line?.[1];
}
