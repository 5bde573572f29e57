import { stringify } from 'yaml';
import type { Config } from '../config/schema.js';
import { alertsOf, type Alert } from './alerts.js';

/** Alert rules for Prometheus, in its own file format. */
export function rulesText(limits: Config['health']): string {
  const rules = alertsOf(limits).map(ruleOf);
  return stringify({ groups: [{ name: 'kloros', rules }] }, { lineWidth: 0 });
}

function ruleOf({ name, severity, expression, compare, limit, lasting, summary, next }: Alert) {
  return {
    alert: name,
    expr: `${expression} ${compare} ${limit}`,
    ...(lasting === undefined ? {} : { for: lasting }),
    labels: { severity },
    annotations: { summary, next },
  };
}
