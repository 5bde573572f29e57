/** Percentiles of a series, in its own unit. */
export interface Summary {
  count: number;
  p50: number;
  p90: number;
  p99: number;
  max: number;
}

/** Sorts a copy and reads the percentiles. */
export function summarise(series: readonly number[]): Summary {
  const sorted = [...series].sort((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN);
  return { count: sorted.length, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) };
}

/** Four significant digits: what these machines' noise allows. */
export function round(value: number): number {
  return Number(value.toPrecision(4));
}

export { sharedNowMs } from '../src/lib/load/signals.js';

/** The middle of a few measurements. */
export function median(values: readonly number[]): number {
  return summarise(values).p50;
}
