import { describe, expect, it } from 'vitest';
import { TimeHistogram } from '../../../src/lib/base/histogram.js';
import { percentile } from '../../../src/lib/base/percentile.js';
import fc from '../../helpers/property.js';

function histogramOf(times: readonly number[]): TimeHistogram {
  const histogram = new TimeHistogram();
  for (const ms of times) histogram.record(ms);
  return histogram;
}

describe('a histogram of times', () => {
  it('of nothing is zero everywhere', () => {
    expect(new TimeHistogram().distribution()).toEqual({
      ...{ count: 0, minMs: 0, meanMs: 0, p50Ms: 0, p90Ms: 0, p99Ms: 0, maxMs: 0 },
    });
    expect(new TimeHistogram().bins()).toEqual([]);
  });

  it('has percentiles that are right to a thousandth, and no value is lost between its bins', () => {
    const times = fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(times, (values) => {
        const histogram = histogramOf(values);
        const { count, p50Ms, p99Ms, maxMs } = histogram.distribution();
        const sorted = [...values].sort((a, b) => a - b);
        const isNear = (found: number, exact: number) => Math.abs(Math.min(found, 3_600_000) - exact) <= exact / 500;
        expect(count).toBe(values.length);
        for (const [found, percent] of [
          [p50Ms, 50],
          [p99Ms, 99],
          [maxMs, 100],
        ] as const)
          expect(isNear(found, Math.min(3_600_000, percentile(sorted, percent)))).toBe(true);
        expect(histogram.bins().reduce((sum, bin) => sum + bin.count, 0)).toBe(values.length);
      }),
    );
  });

  it('has bins of 1, 2 and 5, the empty ones between them too', () => {
    expect(histogramOf([3, 4, 30]).bins()).toEqual([
      { fromMs: 2, toMs: 5, count: 2 },
      { fromMs: 5, toMs: 10, count: 0 },
      { fromMs: 10, toMs: 20, count: 0 },
      { fromMs: 20, toMs: 50, count: 1 },
    ]);
  });

  it('counts what is below zero, as where a clock was set, as nothing', () => {
    expect(histogramOf([-5]).distribution()).toMatchObject({ count: 1, maxMs: 0.001 });
    expect(histogramOf([-5]).bins()).toEqual([{ fromMs: 0, toMs: 0.1, count: 1 }]);
  });
});
