import { describe, expect, it } from 'vitest';
import { spikesOf } from '../../../src/lib/health/spikes.js';

const STEP_MS = 10_000;
const series = (percents: readonly number[]) =>
  percents.map((cpuPercent, index) => ({ atMs: index * STEP_MS, cpuPercent }));
const once = (everySamples: number, height = 60) =>
  series(Array.from({ length: 60 }, (_, index) => (index % everySamples === 0 ? height : 2)));

describe('spikes', () => {
  it('that come once a minute are periodic: something polls', () => {
    expect(spikesOf(once(6), 25)).toEqual({ count: 10, isPeriodic: true });
  });

  it('that come otherwise are not', () => {
    expect(spikesOf(once(15), 25)).toEqual({ count: 4, isPeriodic: false });
    expect(spikesOf(series([2, 60, 2, 2, 60, 2, 2, 2, 2, 60, 2, 2]), 25).isPeriodic).toBe(false);
  });

  it('are one where neighbours are high together, and none where all is high', () => {
    expect(spikesOf(series([2, 2, 60, 70, 60, 2, 2, 2]), 25).count).toBe(1);
    expect(spikesOf(series(Array.from({ length: 30 }, () => 95)), 25).count).toBe(0);
  });

  it('are not looked for where the limit is zero', () => {
    expect(spikesOf(once(6), 0)).toEqual({ count: 0, isPeriodic: false });
  });
});
