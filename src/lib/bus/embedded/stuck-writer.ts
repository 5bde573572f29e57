import { readFileSync } from 'node:fs';
import type { Logger } from '../../base/log.js';
import { commandOf, isStopped } from '../../base/process-identity.js';
import { lockHolders } from './lock-holders.js';
import { resumeStoppedCommands } from './stopped-commands.js';

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

function report(all: number[], waitedMs: number, { log, tell }: StuckDoors): void {
  const resumed = resumeStoppedCommands(all);
  if (resumed.length > 0) log.warn({ waitedMs: Math.round(waitedMs), resumed }, resumedText(resumed));
  const holders = all.filter((pid) => !resumed.includes(pid));
  if (holders.length === 0 && resumed.length > 0) return;
  tell?.(holders);
  log.error(
    { waitedMs: Math.round(waitedMs), holders },
    `Nobody can write to the journal: process ${holders.join(', ') || 'unknown'} holds its lock. Resume or end it: kill -KILL ${holders.join(' ')}`,
  );
}

function resumedText(pids: readonly number[]): string {
  const named = pids.map((pid) => `${pid} (${commandOf(pid)})`).join(', ');
  return `Process ${named} was stopped in the middle of a write, which kept everybody from writing: it was let go on (SIGCONT)`;
}
