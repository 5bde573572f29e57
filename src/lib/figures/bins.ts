/** Upper bounds of the bins, in seconds: from a tenth of a quick handler to the longest that any daemon may take. */
export const BOUNDS_SECONDS: readonly number[] = [
  ...[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5],
  ...[1, 2.5, 5, 10, 30, 60, 300, 1_500],
];

/** Times, counted in bins: how many ended within each bound, and beyond the last. */
export interface Bins {
  /** One more than there are bounds; each counts what the one before it does not. */
  counts: number[];
  sumSeconds: number;
}

/** Nothing counted yet. */
export function noBins(): Bins {
  return { counts: [...BOUNDS_SECONDS, Infinity].map(() => 0), sumSeconds: 0 };
}

/** Counts one time. It changes the bins, since it is called for every signal. */
export function countInto(bins: Bins, seconds: number): void {
  const at = BOUNDS_SECONDS.findIndex((bound) => seconds <= bound);
  const index = at === -1 ? BOUNDS_SECONDS.length : at;
  bins.counts[index] = (bins.counts[index] ?? 0) + 1;
  bins.sumSeconds += seconds;
}

/** The sum of several, e.g. of the instances of one daemon. */
export function sumOfBins(all: readonly Bins[]): Bins {
  return {
    counts: noBins().counts.map((_, index) => all.reduce((sum, { counts }) => sum + (counts[index] ?? 0), 0)),
    sumSeconds: all.reduce((sum, { sumSeconds }) => sum + sumSeconds, 0),
  };
}
