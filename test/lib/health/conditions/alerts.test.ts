import { describe, expect, it } from 'vitest';
import { alertChanges } from '../../../../src/lib/health/conditions/alerts.js';
import type { Condition, Finding, Severity } from '../../../../src/lib/health/conditions/condition.js';
import { checkFacts } from '../../../../src/lib/signals/facts.js';

/** The disk in a state. */
function disk(severity: Severity): Condition {
  const recommendedAction = 'cleanup_logs';
  return { type: 'disk_space_low', severity, metricValue: '85%', threshold: '80%', recommendedAction };
}

/** Makes rounds of findings over one state, and answers what each round said. */
function rounds(...findings: (Finding | undefined)[]): string[][] {
  const state: Record<string, unknown> = {};
  return findings.map((finding) => {
    const found = new Map(finding === undefined ? [] : [['disk_space_low', finding] as const]);
    const changes = alertChanges(found, { ...state });
    for (const { key, value } of changes.state) {
      if (value === null) Reflect.deleteProperty(state, key);
      else state[key] = value;
    }
    return [...changes.alerts.map(({ severity }) => severity), ...changes.cleared.map(() => 'cleared')];
  });
}

describe('alerts', () => {
  it('are said once for each condition until it clears', () => {
    expect(rounds(null, disk('warning'), disk('warning'), null, null, disk('warning'))).toEqual([
      [],
      ['warning'],
      [],
      ['cleared'],
      [],
      ['warning'],
    ]);
  });

  it('are said again when it becomes worse, and not when it becomes a little better or worse once more', () => {
    const [a, b] = [disk('warning'), disk('critical')];
    expect(rounds(a, b, b, a, b)).toEqual([['warning'], ['critical'], [], [], []]);
  });

  it('keep their state while the check cannot be made', () => {
    expect(rounds(disk('warning'), undefined, disk('warning'))).toEqual([['warning'], [], []]);
  });

  it('have the document’s facts', () => {
    const { alerts } = alertChanges(new Map([['disk_space_low', disk('warning')]]), {});
    expect(alerts).toEqual([
      {
        alert_type: 'disk_space_low',
        severity: 'warning',
        metric_value: '85%',
        threshold: '80%',
        recommended_action: 'cleanup_logs',
      },
    ]);
    expect(checkFacts('Q_HEALTH_ALERT', alerts[0] ?? {})).toEqual(alerts[0]);
  });
});
