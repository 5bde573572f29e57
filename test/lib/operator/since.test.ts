import { describe, expect, it } from 'vitest';
import { parseSince } from '../../../src/lib/operator/since.js';

describe('a point in the past', () => {
  it('is a duration ago, an ISO time, the beginning or now', () => {
    expect(parseSince('1m', 100_000)).toEqual({ sinceMs: 40_000 });
    expect(parseSince('1970-01-01T00:00:01Z', 0)).toEqual({ sinceMs: 1_000 });
    expect(parseSince('1970-01-02', 0)).toEqual({ sinceMs: 86_400_000 });
    expect(parseSince('beginning', 0)).toBe('beginning');
    expect(parseSince('now', 0)).toBe('now');
  });

  it.each(['yesterday', '', '5', '2026-99-99'])('%j is refused in words', (text) => {
    expect(() => parseSince(text, 0)).toThrow(expect.objectContaining({ code: 'INVALID_SINCE' }));
  });
});
