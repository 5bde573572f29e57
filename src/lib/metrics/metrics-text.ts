import { Registry } from 'prom-client';
import { toError } from '../base/errors.js';
import { addHealth } from '../health/prometheus.js';
import { addFamilies } from './exposition.js';
import { collectors } from './families/index.js';
import type { Family, Sample } from './family.js';
import { quietChecks, quietHealth } from './quiet-health.js';
import type { Collector, MetricsView } from './view.js';

/** The type of what `metricsText` writes. */
export const METRICS_CONTENT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** Every figure of the colony as Prometheus text. A source that fails is said to, and hides no other. */
export async function metricsText(view: MetricsView): Promise<string> {
  const startMs = view.clock.monotonicMs();
  const registry = new Registry();
  const ups: Sample[] = [];
  for (const collector of collectors) {
    const families = await collected(collector, view);
    ups.push({ labels: { collector: collector.name }, value: Number(families !== undefined) });
    addFamilies(registry, families ?? []);
  }
  addHealth(registry, await quietHealth(view), quietChecks);
  addFamilies(registry, ownFamilies(ups, { tookMs: view.clock.monotonicMs() - startMs, nowMs: view.clock.nowMs() }));
  return registry.metrics();
}

async function collected(collector: Collector, view: MetricsView): Promise<readonly Family[] | undefined> {
  try {
    return await collector.collect(view);
  } catch (error) {
    view.log.warn({ err: toError(error) }, `The figures of ${collector.name} cannot be read`);
    return undefined;
  }
}

function ownFamilies(ups: readonly Sample[], { tookMs, nowMs }: { tookMs: number; nowMs: number }): Family[] {
  return [
    {
      name: 'kloros_exporter_collector_up',
      help: 'Whether a source of figures could be read; where it is 0 its figures are missing',
      type: 'gauge',
      samples: ups,
    },
    {
      name: 'kloros_exporter_collect_seconds',
      help: 'Time that it took to read all of this',
      type: 'gauge',
      samples: [{ value: tookMs / 1000 }],
    },
    {
      name: 'kloros_exporter_timestamp_seconds',
      help: 'When all of this was read, in epoch seconds: a text file whose exporter has ended grows old',
      type: 'gauge',
      samples: [{ value: nowMs / 1000 }],
    },
  ];
}
