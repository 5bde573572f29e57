import { readFileSync } from 'node:fs';
import { KlorosError } from './errors.js';

/** Of flock(2). */
const EXCLUSIVE_NOW = 2 | 4;
const EAGAIN = 11;

/** Locks an open file or folder against all others; false where another has it. */
export type Flock = (fd: number) => boolean;
let loading: Promise<Flock> | undefined;

/** Node has no flock(2); loaded when the first lock is asked for, since most commands ask for none. */
export function loadFlock(): Promise<Flock> {
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

/** A process that has the lock of a file or folder. */
export interface LockHolder {
  pid: number;
  /** Of the file, as the kernel writes it, e.g. `fd:00`. */
  device: string;
}

/** Processes that have the lock of a file with this inode, from /proc/locks (proc(5)); each file system counts its own inodes. */
export function flockHolders(inode: number): LockHolder[] {
  const lines = readFileSync('/proc/locks', 'utf8').matchAll(/FLOCK\s+\S+\s+WRITE (\d+) (\S+):(\d+) /g);
  return [...lines].flatMap(([, pid, device = '', found]) =>
    found === String(inode) ? [{ pid: Number(pid), device }] : [],
  );
}
