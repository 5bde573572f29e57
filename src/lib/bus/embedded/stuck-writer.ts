import { readFileSync } from 'node:fs';
import type { Logger } from '../../base/log.js';
import { isStopped } from '../../base/process-identity.js';
import { lockHolders } from './lock-holders.js';

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
