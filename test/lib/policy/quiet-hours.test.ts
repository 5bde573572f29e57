import { describe, expect, it } from 'vitest';
import { localTime, quietUntilMs, rangeText, timeRange } from '../../../src/lib/policy/quiet-hours.js';

const at = (hour: number, minute = 0) => Date.UTC(2025, 10, 15, hour, minute, 30);
const until = (range: string, nowMs: number, zone = 'UTC') => {
  const found = quietUntilMs([timeRange(range)!], nowMs, zone);
  return found === undefined ? undefined : new Date(found).toISOString().slice(8, 16);
};

describe('quiet hours', () => {
  it.each([
    ['09:00-17:00', at(8, 59), undefined],
    ['09:00-17:00', at(9), '15T17:00'],
    ['09:00-17:00', at(16, 59), '15T17:00'],
    ['09:00-17:00', at(17), undefined],
    ['22:00-06:00', at(23), '16T06:00'],
    ['22:00-06:00', at(5, 59), '15T06:00'],
    ['22:00-06:00', at(6), undefined],
    ['00:00-24:00', at(12), '16T00:00'],
    ['18:00-24:00', at(20), '16T00:00'],
  ])('%s at %i end at %s', (range, nowMs, end) => {
    expect(until(range, nowMs)).toBe(end);
  });

  it('are those of the time zone', () => {
    expect(until('22:00-06:00', at(21, 30), 'Europe/Berlin')).toBe('16T05:00');
    expect(localTime(at(23, 30), 'Asia/Tokyo')).toEqual({ hour: 8, minute: 30, weekday: 7 });
  });

  it('read as they were written', () => {
    expect(rangeText(timeRange(' 9:05 - 17:30 ')!)).toBe('09:05-17:30');
    for (const wrong of ['', '9-17', '24:01-06:00', '09:60-10:00', '09:00-09:00'])
      expect(timeRange(wrong)).toBeUndefined();
  });
});
