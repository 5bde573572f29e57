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
    ['00:00-24:00', at(12), '17T00:00'],
    ['18:00-24:00', at(20), '16T00:00'],
  ])('%s at %i end at %s', (range, nowMs, end) => {
    expect(until(range, nowMs)).toBe(end);
  });

  it('are those of the time zone', () => {
    expect(until('22:00-06:00', at(21, 30), 'Europe/Berlin')).toBe('16T05:00');
    expect(localTime(at(23, 30), 'Asia/Tokyo')).toEqual({ hour: 8, minute: 30, weekday: 7 });
  });

  // Berlin goes from 02:00 to 03:00 and from 03:00 back to 02:00, New York the same an hour earlier; Lord Howe by half an hour.
  it.each([
    // The hour is left out.
    ['Europe/Berlin', '22:00-06:00', '2026-03-28T21:30Z', '2026-03-29T04:00'],
    ['Europe/Berlin', '22:00-02:30', '2026-03-28T21:30Z', '2026-03-29T01:00'],
    ['Europe/Berlin', '02:10-02:40', '2026-03-29T00:59Z', undefined],
    ['Europe/Berlin', '02:10-02:40', '2026-03-29T01:00Z', undefined],
    ['Europe/Berlin', '03:00-04:00', '2026-03-29T01:00Z', '2026-03-29T02:00'],
    ['America/New_York', '22:00-06:00', '2026-03-08T04:00Z', '2026-03-08T10:00'],
    ['America/New_York', '01:00-02:30', '2026-03-08T06:15Z', '2026-03-08T07:00'],
    ['Australia/Lord_Howe', '22:00-06:00', '2026-10-03T13:00Z', '2026-10-03T19:00'],
    ['Australia/Lord_Howe', '01:00-02:15', '2026-10-03T15:00Z', '2026-10-03T15:30'],
    // The hour is repeated.
    ['Europe/Berlin', '22:00-06:00', '2026-10-24T21:00Z', '2026-10-25T05:00'],
    ['Europe/Berlin', '22:00-02:30', '2026-10-24T21:00Z', '2026-10-25T00:30'],
    ['Europe/Berlin', '22:00-02:30', '2026-10-25T00:45Z', undefined],
    ['Europe/Berlin', '22:00-02:30', '2026-10-25T01:10Z', '2026-10-25T01:30'],
    ['Europe/Berlin', '02:30-02:59', '2026-10-25T00:30Z', '2026-10-25T00:59'],
    ['Europe/Berlin', '02:00-03:00', '2026-10-25T00:30Z', '2026-10-25T02:00'],
    ['America/New_York', '22:00-06:00', '2026-11-01T03:00Z', '2026-11-01T11:00'],
    ['America/New_York', '00:30-02:00', '2026-11-01T04:45Z', '2026-11-01T07:00'],
    ['Australia/Lord_Howe', '22:00-06:00', '2026-04-04T12:00Z', '2026-04-04T19:30'],
    ['Australia/Lord_Howe', '01:00-02:00', '2026-04-04T14:15Z', '2026-04-04T15:30'],
  ])('in %s %s at %s end by the clock on the wall: %s', (...[zone, range, now, end]) => {
    const found = quietUntilMs([timeRange(range)!], Date.parse(now), zone);
    expect(found === undefined ? undefined : new Date(found).toISOString().slice(0, 16)).toBe(end);
  });

  it('that follow on each other end with the last, and those that leave no minute of the day end late', () => {
    const ranges = (...texts: string[]) => texts.map((text) => timeRange(text)!);
    expect(quietUntilMs(ranges('12:00-13:00', '13:00-14:30'), at(12), 'UTC')).toBe(at(14, 30) - 30_000);
    expect(quietUntilMs(ranges('00:00-12:00', '12:00-24:00'), at(12), 'UTC')).toBeGreaterThan(at(12) + 86_000_000);
  });

  it('read as they were written', () => {
    expect(rangeText(timeRange(' 9:05 - 17:30 ')!)).toBe('09:05-17:30');
    for (const wrong of ['', '9-17', '24:01-06:00', '09:60-10:00', '09:00-09:00'])
      expect(timeRange(wrong)).toBeUndefined();
  });
});
