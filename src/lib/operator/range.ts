import { KlorosError } from '../base/errors.js';
import type { TimeRange } from '../bus/observer.js';
import { parseSince } from './since.js';

/** Exact, since durations are read leniently: `2h:-1h` would be one. */
const POINT = /^(?:[-+]\d[\d.]*[a-z]+|\d{4}-\d\d-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?|beginning|now)$/;

/**
 * Reads a stretch of time: `-1h:now`, `-2h:-1h`, `beginning:-1d`, an ISO time at either end; `-1h` alone lasts until now.
 * `+1h` is in an hour: what was journalled while the clock was ahead lies beyond now.
 * Throws KlorosError INVALID_RANGE.
 */
export function parseRange(text: string, nowMs: number): TimeRange {
  const parts = text.trim().split(':');
  // An ISO time has colons of its own: the first split whose both sides are points in time is meant.
  for (let at = parts.length; at > 0; at -= 1) {
    const sinceMs = pointOf(parts.slice(0, at).join(':'), nowMs);
    const rest = parts.slice(at).join(':');
    const untilMs = rest === '' ? nowMs : pointOf(rest, nowMs);
    if (sinceMs === undefined || untilMs === undefined) continue;
    if (sinceMs > untilMs) throw invalidRange(text, 'it ends before it begins');
    return { sinceMs, untilMs };
  }
  throw invalidRange(text, 'its ends are no points in time');
}

function pointOf(text: string, nowMs: number): number | undefined {
  if (!POINT.test(text)) return undefined;
  try {
    const since = parseSince(text.replace(/^[-+]/, ''), nowMs);
    if (since === 'beginning') return 0;
    if (since === 'now') return nowMs;
    return text.startsWith('+') ? nowMs + (nowMs - since.sinceMs) : since.sinceMs;
  } catch {
    return undefined; // Another place to split may be right.
  }
}

function invalidRange(text: string, why: string): KlorosError {
  return new KlorosError({
    code: 'INVALID_RANGE',
    message: `${JSON.stringify(text.trim())} is no stretch of time`,
    why,
    next: ['write e.g. -1h:now, -2h:-1h, beginning:-1d, beginning:+1h or 2026-01-31T12:00:00Z:now'],
  });
}
