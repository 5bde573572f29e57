import type { ConsumerStatus } from '../../bus/bus.js';
import type { Finding } from './condition.js';

/** Daemons whose breaker is open: what they stand on fails, and what they should handle waits. One is a warning. */
export function outageCondition(consumers: readonly Pick<ConsumerStatus, 'name' | 'outages'>[]): Finding {
  const failing = consumers.flatMap(({ name, outages }) => outages.slice(0, 1).map(({ error }) => `${name}: ${error}`));
  if (failing.length === 0) return null;
  return {
    type: 'circuit_open',
    severity: failing.length === 1 ? 'warning' : 'critical',
    metricValue: failing.join('; '),
    threshold: 'no daemon',
    recommendedAction: 'mend_what_fails',
  };
}
