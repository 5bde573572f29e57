import type { Bins } from '../figures/bins.js';

/** A value, and of what it is. */
export interface Sample<Value = number> {
  labels?: Readonly<Record<string, string>>;
  value: Value;
}

interface Head {
  name: string;
  /** One line, for people. */
  help: string;
}

/** A value that goes up and down, or one that only grows; its name then ends in `_total`. */
export interface PlainFamily extends Head {
  type: 'gauge' | 'counter';
  samples: readonly Sample[];
}

/** Times, counted in bins. */
export interface HistogramFamily extends Head {
  type: 'histogram';
  samples: readonly Sample<Bins>[];
}

/** All values of one name. */
export type Family = PlainFamily | HistogramFamily;

/** What stands for every name that is not known, so that nobody else decides how many series there are. */
export const OTHER = 'other';

/** A value for every known name, zero where there is none, and the sum of all others under `other`. */
export function perName(known: readonly string[], values: ReadonlyMap<string, number>): Map<string, number> {
  const sums = new Map([...known, OTHER].map((name) => [name, 0]));
  for (const [name, value] of values) {
    const label = sums.has(name) ? name : OTHER;
    sums.set(label, (sums.get(label) ?? 0) + value);
  }
  return sums;
}

/** Samples of values by name. */
export function samplesOf(label: string, values: ReadonlyMap<string, number>): Sample[] {
  return [...values].map(([name, value]) => ({ labels: { [label]: name }, value }));
}
