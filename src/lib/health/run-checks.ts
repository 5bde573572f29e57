import { KlorosError, toError } from '../base/errors.js';
import { worstOf, type CheckResult, type CheckStatus, type HealthCheck, type HealthView } from './check.js';

/** A check with what it found. */
export interface CheckRow extends CheckResult {
  check: string;
}

/** One look at the colony. */
export interface HealthReport {
  status: CheckStatus;
  /** ISO 8601. */
  at: string;
  checks: CheckRow[];
}

/** Asks every question, one after the other: they measure, and would measure each other. One that fails is UNKNOWN. */
export async function runChecks(checks: readonly HealthCheck[], view: HealthView): Promise<HealthReport> {
  const rows: CheckRow[] = [];
  for (const check of checks) rows.push({ check: check.name, ...(await resultOf(check, view)) });
  const at = new Date(view.clock.nowMs()).toISOString();
  return { status: worstOf(rows.map(({ status }) => status)), at, checks: rows };
}

async function resultOf(check: HealthCheck, view: HealthView): Promise<CheckResult> {
  try {
    return await check.run(view);
  } catch (thrown) {
    const error = toError(thrown);
    const [why, next] = error instanceof KlorosError ? [error.why, error.next] : [undefined, []];
    return {
      status: 'UNKNOWN',
      why: why === undefined ? error.message : `${error.message}: ${why}`,
      figures: [],
      next,
    };
  }
}
