import { systemClock } from '../../base/clock.js';
import { heldError, isBusy } from './journal-errors.js';
import { lockHoldersNow } from './lock-holders.js';
import { RESUME_AFTER_MS, resumeStoppedCommands } from './stopped-commands.js';

/** How often and how far apart a lock is tried before the event loop is given a turn (D1). */
const SPINS = 5;
const SPIN_MS = 0.2;
const PAUSE_MS = 1;
/** Recovering or checkpointing a large write-ahead log on a slow disk takes seconds; who holds it longer stands still. */
const LIMIT_MS = 30_000;
/** Who cannot give the event loop a turn waits for less. */
const BLOCKED_LIMIT_MS = 5_000;

const pauseCell = new Int32Array(new SharedArrayBuffer(4));

/** Blocks this thread for a moment; only for waits of a millisecond or less, and while opening. */
export function blockMs(ms: number): void {
  Atomics.wait(pauseCell, 0, 0, ms);
}

/** Once a wait has lasted for long: a command of ours that was stopped in the middle of a write is let go on. */
function watchHolders(path: string): () => void {
  const lookAtMs = systemClock.monotonicMs() + RESUME_AFTER_MS;
  let hasLooked = false;
  return () => {
    if (hasLooked || systemClock.monotonicMs() < lookAtMs) return;
    hasLooked = true;
    resumeStoppedCommands(lockHoldersNow(path));
  };
}

/** Runs a short statement, a few times where it is busy; undefined where it stays so for a millisecond. */
export function tryBriefly<T>(run: () => T): { done: T } | undefined {
  for (let spin = 0; ; spin += 1) {
    try {
      return { done: run() };
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (spin >= SPINS) return undefined;
      blockMs(SPIN_MS);
    }
  }
}

/**
 * Runs a short statement on the journal at a path until nobody is in its way; between its tries the event loop goes on.
 * Throws KlorosError JOURNAL_HELD, which names the holder, where somebody is for too long.
 */
export async function untilFree<T>(path: string, run: () => T, limitMs = LIMIT_MS): Promise<T> {
  const endMs = systemClock.monotonicMs() + limitMs;
  const look = watchHolders(path);
  for (;;) {
    const tried = tryBriefly(run);
    if (tried !== undefined) return tried.done;
    look();
    if (systemClock.monotonicMs() >= endMs) throw heldError(path, limitMs);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** The same for who has nothing else to do meanwhile: a command that looks at the journal. */
export function untilNotBusy<T>(path: string, run: () => T, limitMs = BLOCKED_LIMIT_MS): T {
  const endMs = systemClock.monotonicMs() + limitMs;
  const look = watchHolders(path);
  for (;;) {
    const tried = tryBriefly(run);
    if (tried !== undefined) return tried.done;
    look();
    if (systemClock.monotonicMs() >= endMs) throw heldError(path, limitMs);
    blockMs(PAUSE_MS);
  }
}
