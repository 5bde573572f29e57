import { readFileSync, statSync } from 'node:fs';

const INODE_FIELD = 5;
const PID_FIELD = 4;
const KIND_FIELD = 3;
const START_FIELD = 6;
const END_FIELD = 7;
// In the shared memory (SQLite, walformat): who writes has byte 120, who checkpoints 121, who recovers 122; a reader one from 123.
const WRITE_LOCK_BYTE = 120;
const FIRST_READ_BYTE = 123;

interface Lock {
  kind: string;
  pid: number;
  inode: string | undefined;
  start: number;
  end: number;
}

/** Processes that hold the lock of writers on the journal's shared memory, from the text of /proc/locks (proc(5)). */
export function lockHolders(journalPath: string, locks: string): number[] {
  const inode = inodeOf(`${journalPath}-shm`);
  return pidsOf(locksIn(locks), (lock) => lock.inode === inode && lock.kind === 'WRITE' && covers(lock));
}

/** Processes that keep others out of the journal just now: they write, recover its log, or close it as the last. */
export function lockHoldersNow(journalPath: string): number[] {
  const inodes = new Set<string | undefined>([inodeOf(`${journalPath}-shm`), inodeOf(journalPath)]);
  return pidsOf(locksNow(), (lock) => inodes.has(lock.inode) && lock.kind === 'WRITE');
}

/** Processes that read the journal just now, each in a transaction that it has not ended. */
export function readersNow(journalPath: string): number[] {
  const inode = inodeOf(`${journalPath}-shm`);
  return pidsOf(locksNow(), (lock) => lock.inode === inode && lock.kind === 'READ' && readsBy(lock));
}

function covers({ start, end }: Lock): boolean {
  return start <= WRITE_LOCK_BYTE && end >= WRITE_LOCK_BYTE;
}

function readsBy({ start, end }: Lock): boolean {
  return end >= FIRST_READ_BYTE && start <= FIRST_READ_BYTE + 4;
}

function pidsOf(locks: readonly Lock[], isMeant: (lock: Lock) => boolean): number[] {
  return [...new Set(locks.filter(isMeant).map(({ pid }) => pid))];
}

function locksNow(): Lock[] {
  return locksIn(readFileSync('/proc/locks', 'utf8'));
}

function locksIn(text: string): Lock[] {
  return text.split('\n').map((line) => {
    const fields = line.trim().split(/\s+/);
    const inode = fields[INODE_FIELD]?.split(':').at(-1);
    const [start, end] = [Number(fields[START_FIELD]), Number(fields[END_FIELD])];
    return { kind: fields[KIND_FIELD] ?? '', pid: Number(fields[PID_FIELD]), inode, start, end };
  });
}

/** What no line of /proc/locks has, where there is no such file. */
function inodeOf(path: string): string {
  const inode = statSync(path, { throwIfNoEntry: false })?.ino;
  return inode === undefined ? 'no such file' : String(inode);
}
