import { uptime } from 'node:os';
import { z } from 'zod';
import type { Clock } from './clock.js';
import { ownIdentity } from './process-identity.js';

/** What both clocks of a machine showed at once: the one that is set, and the one that runs since its start. */
export const momentSchema = z.object({ wallMs: z.number(), boot: z.string(), uptimeMs: z.number() });

/** What both clocks of a machine showed at once. */
export type Moment = z.output<typeof momentSchema>;

/** Less is how exactly the two clocks are read, and how a wall clock is held to the time. */
const EXACT_MS = 2_000;

/** Both clocks now. */
export function momentOf(clock: Pick<Clock, 'nowMs'>): Moment {
  return { wallMs: clock.nowMs(), boot: ownIdentity().bootId, uptimeMs: uptime() * 1_000 };
}

/**
 * By how much the wall clock was set between two moments, in milliseconds. After another start of the machine nobody knows
 * how long it was off: a clock that goes forward is believed, and one that goes back shows that no time passed.
 */
export function stepBetween(before: Moment, now: Moment): number {
  const wallMs = now.wallMs - before.wallMs;
  const passedMs = now.boot === before.boot ? now.uptimeMs - before.uptimeMs : wallMs;
  const stepMs = wallMs - Math.max(0, passedMs);
  return Math.abs(stepMs) > EXACT_MS ? stepMs : 0;
}

/** The clock as if nobody had set it since that moment: who goes by it has neither more nor less time than was given. */
export function unsteppedClock(since: Moment, clock: Clock): Clock {
  return {
    monotonicMs: () => clock.monotonicMs(),
    nowMs: () => {
      const now = momentOf(clock);
      return now.wallMs - stepBetween(since, now);
    },
  };
}

/** A remembered value with its times, whose keys end in `Ms`, moved; facts of signals are not ours, and stay. */
export function moved(value: unknown, stepMs: number, isTime = false): unknown {
  if (typeof value === 'number') return isTime ? value + stepMs : value;
  if (Array.isArray(value)) return value.map((one) => moved(one, stepMs, isTime));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, FOREIGN.has(key) ? one : moved(one, stepMs, key.endsWith('Ms'))]),
  );
}

const FOREIGN: ReadonlySet<string> = new Set(['facts', 'sought']);
