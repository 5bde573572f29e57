import type { Sample } from '../supervise/chronicle.js';

/** Bursts in a series of measurements. */
export interface Spikes {
  count: number;
  /** They come once a minute. */
  isPeriodic: boolean;
}

const MINUTE_MS = 60_000;
/** Measurements are seconds apart, so a burst is seen that much early or late. */
const TOLERANCE_MS = 15_000;
/** Fewer than this many may be chance. */
const LEAST = 3;

/**
 * Bursts of processor time that stand out by `spikePercent` from what is usual (the median), neighbours counted as one;
 * periodic when at least three follow each other a minute apart, and no more than one gap is another. Zero finds none.
 */
export function spikesOf(samples: readonly Pick<Sample, 'atMs' | 'cpuPercent'>[], spikePercent: number): Spikes {
  if (spikePercent === 0 || samples.length < LEAST) return { count: 0, isPeriodic: false };
  const sorted = samples.map(({ cpuPercent }) => cpuPercent).sort((a, b) => a - b);
  const usual = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const isHigh = samples.map(({ cpuPercent }) => cpuPercent > usual + spikePercent);
  const starts = samples.filter((_, index) => isHigh[index] === true && isHigh[index - 1] !== true);
  const gaps = starts.slice(1).map(({ atMs }, index) => atMs - (starts[index]?.atMs ?? atMs));
  const minutely = gaps.filter((gapMs) => Math.abs(gapMs - MINUTE_MS) <= TOLERANCE_MS).length;
  return {
    count: starts.length,
    isPeriodic: starts.length >= LEAST && minutely >= LEAST - 1 && minutely >= gaps.length - 1,
  };
}
