import { percentile } from '../../base/percentile.js';

/** How values are spread; all zero of none. */
export interface Spread {
  count: number;
  min: number;
  mean: number;
  max: number;
  stdDev: number;
  p50: number;
  p99: number;
}

/** The spread of some values, in their own unit. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const count = sorted.length;
  const mean = count === 0 ? 0 : sorted.reduce((sum, value) => sum + value, 0) / count;
  const variance = count === 0 ? 0 : sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count;
  return {
    ...{ count, mean, stdDev: Math.sqrt(variance) },
    ...{ min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 },
    ...{ p50: percentile(sorted, 50), p99: percentile(sorted, 99) },
  };
}
