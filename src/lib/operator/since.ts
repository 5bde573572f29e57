import { parseDurationMs } from '../base/duration.js';
import { KlorosError } from '../base/errors.js';
import type { Bus } from '../bus/bus.js';

/** Where listening starts: everything, what is newer than a time, or only what comes. */
export type Since = 'beginning' | 'now' | { sinceMs: number };

/** Reads `beginning`, `now`, an ISO time or a duration ago (`1m`). Throws KlorosError INVALID_SINCE. */
export function parseSince(text: string, nowMs: number): Since {
  if (text === 'beginning' || text === 'now') return text;
  const timeMs = /^\d{4}-/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(timeMs)) return { sinceMs: timeMs };
  try {
    return { sinceMs: nowMs - parseDurationMs(text) };
  } catch (error) {
    throw new KlorosError({
      code: 'INVALID_SINCE',
      message: `${JSON.stringify(text)} is no point in the past`,
      next: ['write e.g. --since 1m, --since 2026-01-31T12:00:00Z or --since beginning'],
      cause: error,
    });
  }
}

/** The position to follow from: before the first signal of that time, whatever its name. */
export async function positionOf(bus: Bus, since: Since): Promise<number> {
  if (since === 'beginning') return 0;
  if (since === 'now') return bus.newest();
  // First: a signal that is journalled between the two questions must not fall through.
  const newest = await bus.newest();
  const [first] = await bus.browse({ sinceMs: since.sinceMs, limit: 1 });
  return first ? Math.min(first.seq - 1, newest) : newest;
}
