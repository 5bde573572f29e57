import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { BOUNDS_SECONDS, type Bins } from '../figures/bins.js';
import type { Family, HistogramFamily, PlainFamily, Sample } from './family.js';

/** Puts families into a registry of prom-client, which knows how names, labels and values are written. */
export function addFamilies(registry: Registry, families: readonly Family[]): void {
  for (const family of families) {
    if (family.type === 'histogram') registry.registerMetric(new KeptHistogram(family));
    else addPlain(registry, family);
  }
}

function addPlain(registry: Registry, { name, help, type, samples }: PlainFamily): void {
  const options = { name, help, labelNames: labelNamesOf(samples), registers: [registry] };
  if (type === 'gauge') {
    const gauge = new Gauge(options);
    for (const { labels = {}, value } of samples) gauge.set(labels, value);
    return;
  }
  const counter = new Counter(options);
  for (const { labels = {}, value } of samples) counter.inc(labels, value);
}

/** A histogram that was counted elsewhere: prom-client's own can only be told of one value after the other. */
class KeptHistogram extends Histogram {
  readonly #family: HistogramFamily;

  constructor(family: HistogramFamily) {
    super({ ...family, labelNames: labelNamesOf(family.samples), buckets: [...BOUNDS_SECONDS], registers: [] });
    this.#family = family;
  }

  /** What prom-client writes down; `sharedLabels` are those that it does not repeat for each line. */
  async getForPromString() {
    const { name, help, samples } = this.#family;
    const values = samples.flatMap(({ labels: sharedLabels = {}, value: bins }) =>
      linesOf(bins).map(({ suffix, le, count }) => {
        const labels = le === undefined ? {} : { le };
        return { metricName: `${name}${suffix}`, labels, sharedLabels, value: count };
      }),
    );
    return { name, help, type: 'histogram', aggregator: 'sum', values };
  }
}

/** Bins as Prometheus has them: each counts all below its bound too. */
function linesOf({ counts, sumSeconds }: Bins): { suffix: string; le?: string; count: number }[] {
  let total = 0;
  const buckets = [...BOUNDS_SECONDS.map(String), '+Inf'].map((le, index) => {
    total += counts[index] ?? 0;
    return { suffix: '_bucket', le, count: total };
  });
  return [...buckets, { suffix: '_sum', count: sumSeconds }, { suffix: '_count', count: total }];
}

function labelNamesOf(samples: readonly Sample<unknown>[]): string[] {
  return [...new Set(samples.flatMap(({ labels = {} }) => Object.keys(labels)))];
}
