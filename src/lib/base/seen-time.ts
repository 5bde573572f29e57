import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { z } from 'zod';
import type { Clock } from './clock.js';

const seenSchema = z.object({ seenMs: z.number(), uptimeMs: z.number(), bootId: z.string() });

/** A wall time that was believed, and when that was since the machine started. */
export type SeenTime = z.output<typeof seenSchema>;

/** A moment as this machine knows it. */
export interface Moment {
  wallMs: number;
  /** Since the machine started; it never jumps, and all processes share it. */
  uptimeMs: number;
  bootId: string;
}

/** How much faster than time passes a clock may be believed, so that a machine that was off for long catches up. */
const CATCH_UP = 2;
/** What is believed to have passed while the machine was off. */
const MOST_OFF_MS = 86_400_000;
const BOOT_ID = '/proc/sys/kernel/random/boot_id';

/**
 * The time by which something may be called old: the wall clock's, but never further ahead of what was seen than time
 * has really passed. A clock that is months ahead for an hour makes nothing older than two hours.
 */
export function believedMs(seen: SeenTime | undefined, { wallMs, uptimeMs, bootId }: Moment): number {
  if (seen === undefined) return wallMs;
  const passedMs = seen.bootId === bootId ? Math.max(0, uptimeMs - seen.uptimeMs) * CATCH_UP : MOST_OFF_MS;
  return Math.min(wallMs, seen.seenMs + passedMs);
}

/** A clock for ages alone. */
export interface AgeClock {
  nowMs(): number;
  /** Remembers what is believed now, for the next process and the next start of the machine. */
  keep(): void;
}

/**
 * The clock of ages whose memory is a file. Who deletes or archives by age asks it and not the wall clock; one process
 * of a home keeps it, the others only ask.
 */
export function ageClock(file: string, clock: Pick<Clock, 'nowMs'>, now = momentOf): AgeClock {
  const nowMs = () => believedMs(readSeen(file), now(clock));
  return {
    nowMs,
    keep: () => {
      const { uptimeMs, bootId } = now(clock);
      const seen = readSeen(file);
      const seenMs = Math.max(seen?.seenMs ?? 0, believedMs(seen, now(clock)));
      writeFileSync(`${file}.new`, `${JSON.stringify({ seenMs, uptimeMs, bootId })}\n`);
      renameSync(`${file}.new`, file);
    },
  };
}

function momentOf(clock: Pick<Clock, 'nowMs'>): Moment {
  return { wallMs: clock.nowMs(), uptimeMs: uptime() * 1_000, bootId: readFileSync(BOOT_ID, 'utf8').trim() };
}

function readSeen(file: string): SeenTime | undefined {
  try {
    return seenSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined; // Nothing is remembered yet, or it was cut short: the wall clock is all there is.
  }
}
