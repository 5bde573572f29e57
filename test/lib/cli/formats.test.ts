import { describe, expect, it } from 'vitest';
import { formatAge, formatBytes, formatDuration } from '../../../src/lib/cli/formats.js';
import fc from '../../helpers/property.js';

describe('durations', () => {
  it.each([
    [0, '0 ms'],
    [0.44, '0.4 ms'],
    [87.3, '87 ms'],
    [999.4, '999 ms'],
    [999.9, '1 s'],
    [1_234, '1.2 s'],
    [59_940, '60 s'],
    [60_000, '1m'],
    [200_000, '3m 20s'],
    [3_599_900, '1h'],
    [7_500_000, '2h 5m'],
    [349_200_000, '4d 1h'],
    [-1_500, '-1.5 s'],
  ])('of %d ms are %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });

  it('never show NaN or undefined', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -1e15, max: 1e15 }), (ms) => !/NaN|undefined/.test(formatDuration(ms))),
    );
  });
});

describe('ages', () => {
  it.each([
    [0, 500, 'just now'],
    [0, 200_000, '3m 20s ago'],
    [5_000, 0, 'in 5 s'],
  ])('of what was at %d at %d are %s', (at, now, text) => {
    expect(formatAge(at, now)).toBe(text);
  });
});

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [1_023, '1023 B'],
    [1_536, '1.5 KiB'],
    [37_748_736, '36 MiB'],
    [1_073_741_823, '1 GiB'],
    [5e18, '4547474 TiB'],
  ])('%d are %s', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });
});
