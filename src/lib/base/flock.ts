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

/** Process that has the lock of a file or folder, by its inode, from /proc/locks (proc(5)). */
export function flockHolder(inode: number): number | undefined {
  const line = readFileSync('/proc/locks', 'utf8').match(new RegExp(`FLOCK\\s+\\S+\\s+WRITE (\\d+) \\S+:${inode} `));
  return line?.[1] === undefined ? undefined : Number(line[1]);
}
