import { Gauge, Registry } from 'prom-client';
import type { CheckRow, HealthReport } from './run-checks.js';
import type { CheckStatus, Figure, HealthCheck } from './check.js';

const VALUE: Record<CheckStatus, number> = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 };

/** A report as Prometheus text; `asks` gives each metric its words. */
export async function prometheusText(report: HealthReport, checks: readonly HealthCheck[]): Promise<string> {
  const registry = new Registry();
  addHealth(registry, report, checks);
  return registry.metrics();
}

/** Puts a report into a registry. */
export function addHealth(registry: Registry, report: HealthReport, checks: readonly HealthCheck[]): void {
  const status = new Gauge({
    name: 'kloros_health_status',
    help: 'How a check ended: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN',
    labelNames: ['check'],
    registers: [registry],
  });
  for (const row of report.checks) {
    status.set({ check: row.check }, VALUE[row.status]);
    const asks = checks.find(({ name }) => name === row.check)?.asks ?? row.check;
    for (const figure of row.figures) gaugeOf(registry, { row, figure, asks }).set(figure.labels ?? {}, figure.value);
  }
}

interface Place {
  row: CheckRow;
  figure: Figure;
  asks: string;
}

function gaugeOf(registry: Registry, { row, figure, asks }: Place): Gauge {
  const name = `kloros_health_${row.check}_${figure.name}`.replaceAll('-', '_');
  const known = registry.getSingleMetric(name);
  if (known instanceof Gauge) return known;
  const help = `${figure.name.replaceAll('_', ' ')}: ${asks}`;
  return new Gauge({ name, help, labelNames: Object.keys(figure.labels ?? {}), registers: [registry] });
}
