import { createHistogram } from 'node:perf_hooks';

/** What a histogram says of its values, in milliseconds; all zero where there are none. */
export interface Distribution {
  count: number;
  minMs: number;
  meanMs: number;
  p50Ms: number;
  p90Ms: number;
  p99Ms: number;
  maxMs: number;
}

/** Values from one bound to the next. */
export interface Bin {
  fromMs: number;
  toMs: number;
  count: number;
}

const US_PER_MS = 1_000;
/** An hour: what takes longer counts as this. */
const HIGHEST_US = 3_600_000_000;
/** Percentiles are right to a thousandth. */
const FIGURES = 3;
const STEPS = [1, 2, 5];

/** Times in an HDR histogram, which is as small for a million of them as for ten. */
export class TimeHistogram {
  readonly #histogram = createHistogram({ lowest: 1, highest: HIGHEST_US, figures: FIGURES });
  readonly #bins = new Map<number, number>();

  /** Milliseconds; what is below zero, as where a clock was set, counts as zero. */
  record(ms: number): void {
    const us = Math.min(HIGHEST_US, Math.max(1, Math.round(ms * US_PER_MS)));
    this.#histogram.record(us);
    const bound = boundBelow(us / US_PER_MS);
    this.#bins.set(bound, (this.#bins.get(bound) ?? 0) + 1);
  }

  distribution(): Distribution {
    const count = this.#histogram.count;
    if (count === 0) return { count, minMs: 0, meanMs: 0, p50Ms: 0, p90Ms: 0, p99Ms: 0, maxMs: 0 };
    const maxMs = this.#histogram.max / US_PER_MS;
    // A histogram answers with the upper end of a bucket, which may lie above the greatest value.
    const at = (percent: number) => Math.min(maxMs, this.#histogram.percentile(percent) / US_PER_MS);
    const minMs = this.#histogram.min / US_PER_MS;
    const meanMs = Math.round(this.#histogram.mean) / US_PER_MS;
    return { count, minMs, meanMs, p50Ms: at(50), p90Ms: at(90), p99Ms: at(99), maxMs };
  }

  /** Bounds of 1, 2 and 5 in each power of ten, from the least value to the greatest, the empty ones between them too. */
  bins(): Bin[] {
    const bounds = [...this.#bins.keys()].sort((a, b) => a - b);
    const [last, bins] = [bounds.at(-1) ?? -1, [] as Bin[]];
    for (let fromMs = bounds[0] ?? 0; fromMs <= last; fromMs = bins.at(-1)?.toMs ?? Infinity)
      bins.push({ fromMs, toMs: boundAbove(fromMs), count: this.#bins.get(fromMs) ?? 0 });
    return bins;
  }
}

const BOUNDS = [0, ...[0.1, 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000].flatMap((ten) => STEPS.map((n) => n * ten))];

function boundBelow(ms: number): number {
  return BOUNDS.findLast((bound) => bound <= ms) ?? 0;
}

function boundAbove(boundMs: number): number {
  return BOUNDS.find((bound) => bound > boundMs) ?? Infinity;
}
