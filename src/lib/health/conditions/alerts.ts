import { own } from '../../base/own.js';
import type { StateChange } from '../../bus/bus.js';
import type { FactsOf } from '../../signals/catalogue.js';
import type { Condition, Finding, Severity } from './condition.js';

/** What has to be said and remembered about the conditions. */
export interface AlertChanges {
  alerts: FactsOf<'Q_HEALTH_ALERT'>[];
  state: StateChange[];
  /** Types that were wrong and are well again. */
  cleared: string[];
}

const PREFIX = 'alert:';
const RANK: Record<Severity, number> = { warning: 1, critical: 2 };

/**
 * One alert for each condition until it clears, and one more when it becomes worse. What was said is in the state,
 * under `alert:<type>`, and is written with the alert in one transaction; so a restart repeats nothing.
 * `findings` has a key for each check that could be made; one that could not keeps its state.
 */
export function alertChanges(
  findings: ReadonlyMap<string, Finding>,
  state: Readonly<Record<string, unknown>>,
): AlertChanges {
  const changes: AlertChanges = { alerts: [], state: [], cleared: [] };
  for (const [type, condition] of findings) {
    const said = saidRank(own(state, PREFIX + type));
    if (condition === null && said > 0) {
      changes.state.push({ key: PREFIX + type, value: null });
      changes.cleared.push(type);
    } else if (condition !== null && RANK[condition.severity] > said) {
      changes.state.push({ key: PREFIX + type, value: condition.severity });
      changes.alerts.push(alertFacts(condition));
    }
  }
  return changes;
}

function saidRank(value: unknown): number {
  return value === 'warning' || value === 'critical' ? RANK[value] : 0;
}

function alertFacts({ type, severity, ...rest }: Condition): FactsOf<'Q_HEALTH_ALERT'> {
  return {
    alert_type: type,
    severity,
    metric_value: rest.metricValue,
    threshold: rest.threshold,
    recommended_action: rest.recommendedAction,
  };
}
