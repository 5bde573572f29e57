import { readFileSync, statSync } from 'node:fs';
import type { Logger } from '../../base/log.js';
import { isStopped } from '../../base/process-identity.js';

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

/** Whom a stuck writer is told to: the log tells the operator, `tell` whoever can end it. */
export interface StuckDoors {
  log: Logger;
  tell?: ((holders: number[]) => void) | undefined;
}

/** Names the process that holds the journal's lock for seconds: stopped while it wrote, it freezes everyone (D3). */
export function stuckWriterReporter(journalPath: string, doors: StuckDoors): (waitedMs: number) => void {
  return (waitedMs) => report(holdersNow(journalPath), waitedMs, doors);
}

/**
 * Notices a holder that stands still from one look to the next, though nobody in this process wants to write:
 * an operator's command would wait for ever, and the supervisor would not learn why.
 */
export function stoppedHolderWatch(journalPath: string, doors: StuckDoors, everyMs: number): () => void {
  let before: number[] = [];
  return () => {
    const stopped = holdersNow(journalPath).filter(isStopped);
    const still = stopped.filter((pid) => before.includes(pid));
    before = stopped;
    if (still.length > 0) report(still, everyMs, doors);
  };
}

function holdersNow(journalPath: string): number[] {
  return lockHolders(journalPath, readFileSync('/proc/locks', 'utf8'));
}

function report(holders: number[], waitedMs: number, { log, tell }: StuckDoors): void {
  tell?.(holders);
  log.error(
    { waitedMs: Math.round(waitedMs), holders },
    `Nobody can write to the journal: process ${holders.join(', ') || 'unknown'} holds its lock. Resume or end it: kill -KILL ${holders.join(' ')}`,
  );
}
