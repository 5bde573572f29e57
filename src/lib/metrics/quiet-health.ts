import { healthChecks } from '../health/checks/index.js';
import type { HealthCheck, HealthView } from '../health/check.js';
import { runChecks, type HealthReport } from '../health/run-checks.js';

/** Checks that do more than look: whoever is asked every few seconds must not load the machine or talk on the bus. */
const LOUD = ['cpu', 'memory', 'bus', 'journal', 'throughput'];
/** Of these the collectors have the figures already; how they ended is told all the same. */
const COUNTED_ELSEWHERE = ['daemons', 'restarts', 'lag', 'dead-letters', 'refused', 'wire'];

/** The checks that an exporter asks. */
export const quietChecks: readonly HealthCheck[] = healthChecks.filter(({ name }) => !LOUD.includes(name));

/** How the quiet checks ended, with the figures that nobody else counts. */
export async function quietHealth(view: HealthView): Promise<HealthReport> {
  const report = await runChecks(quietChecks, view);
  const checks = report.checks.map((row) => (COUNTED_ELSEWHERE.includes(row.check) ? { ...row, figures: [] } : row));
  return { ...report, checks };
}
