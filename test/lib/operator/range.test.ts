import { describe, expect, it } from 'vitest';
import { parseRange } from '../../../src/lib/operator/range.js';

const NOW_MS = Date.parse('2026-01-31T12:00:00.000Z');
const HOUR_MS = 3_600_000;

describe('a stretch of time', () => {
  it.each([
    ['-1h:now', NOW_MS - HOUR_MS, NOW_MS],
    [' -1h', NOW_MS - HOUR_MS, NOW_MS],
    ['-2h:-1h', NOW_MS - 2 * HOUR_MS, NOW_MS - HOUR_MS],
    ['beginning:-1h', 0, NOW_MS - HOUR_MS],
    ['beginning:+1h', 0, NOW_MS + HOUR_MS],
    ['2026-01-31T10:00:00Z', NOW_MS - 2 * HOUR_MS, NOW_MS],
    ['2026-01-31T10:00:00Z:now', NOW_MS - 2 * HOUR_MS, NOW_MS],
    ['2026-01-31T10:00:00Z:2026-01-31T11:00:00Z', NOW_MS - 2 * HOUR_MS, NOW_MS - HOUR_MS],
  ])('is %s', (text, sinceMs, untilMs) => {
    expect(parseRange(text, NOW_MS)).toEqual({ sinceMs, untilMs });
  });

  it.each(['', 'x', '-1h:x', '-1x:now', 'now:-1h'])('is not %j', (text) => {
    expect(() => parseRange(text, NOW_MS)).toThrow('is no stretch of time');
  });
});
