import { readFileSync, statSync } from 'node:fs';
import type { Logger } from '../../base/log.js';

const INODE_FIELD = 5;
const PID_FIELD = 4;
const KIND_FIELD = 3;
const START_FIELD = 6;
// WAL_WRITE_LOCK stands at byte 120 of the shared memory (SQLite, walformat).
const WRITE_LOCK_BYTE = '120';

/** Processes that hold a write lock on the journal's shared memory, from /proc/locks (proc(5)). */
export function lockHolders(journalPath: string, locks: string): number[] {
  const inode = statSync(`${journalPath}-shm`, { throwIfNoEntry: false })?.ino;
  const rows = locks.split('\n').map((line) => line.trim().split(/\s+/));
  const ours = rows.filter(
    (fields) =>
      fields[KIND_FIELD] === 'WRITE' &&
      fields[START_FIELD] === WRITE_LOCK_BYTE &&
      fields[INODE_FIELD]?.split(':').at(-1) === String(inode),
  );
  return [...new Set(ours.map((fields) => Number(fields[PID_FIELD])))];
}

/** Names the process that holds the journal's lock for seconds: stopped while it wrote, it freezes everyone (D3). */
export function stuckWriterReporter(journalPath: string, log: Logger): (waitedMs: number) => void {
  return (waitedMs) => {
    const holders = lockHolders(journalPath, readFileSync('/proc/locks', 'utf8'));
    log.error(
      { waitedMs: Math.round(waitedMs), holders },
      `Nobody can write to the journal: process ${holders.join(', ') || 'unknown'} holds its lock. Resume or end it: kill -KILL ${holders.join(' ')}`,
    );
  };
}
