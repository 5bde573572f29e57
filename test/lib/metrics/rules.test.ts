import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { systemClock } from '../../../src/lib/base/clock.js';
import type { Config } from '../../../src/lib/config/schema.js';
import { alertsOf } from '../../../src/lib/metrics/alerts.js';
import { dashboardOf } from '../../../src/lib/metrics/dashboard.js';
import { metricsReader } from '../../../src/lib/metrics/open-metrics.js';
import { rulesText } from '../../../src/lib/metrics/rules.js';
import { removeHome, silentLog, temporaryConfig } from '../../helpers/colony.js';
import { hasPromtool, promtool } from '../../helpers/promtool.js';
import { startColony } from '../../helpers/run.js';

interface Dashboard {
  panels: { id: number; gridPos: { x: number; y: number; w: number }; targets: { expr: string }[] }[];
}

let config: Config;
let folder: string;
beforeEach(async () => {
  config = await temporaryConfig();
  folder = mkdtempSync(join(tmpdir(), 'kloros-rules-'));
});
afterEach(() => {
  removeHome(config);
  rmSync(folder, { recursive: true });
});

const checked = (text: string) => {
  const path = join(folder, 'rules.yml');
  writeFileSync(path, text);
  return promtool(['check', 'rules', path]);
};
const expressions = () =>
  (dashboardOf(config.health) as Dashboard).panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));

/** Which of the alerts about an exporter, or about what stops the colony, fire at a time. */
const firing = (eval_time: string, wanted: Readonly<Record<string, readonly string[]>>) =>
  Object.entries(wanted).map(([alertname, severities]) => {
    const exp_alerts = severities.map((severity) => ({
      exp_labels: { severity, ...(alertname === 'KlorosStopped' ? { check: 'paused' } : {}) },
      exp_annotations: ANNOTATIONS[alertname],
    }));
    return { eval_time, alertname, exp_alerts };
  });
const ANNOTATIONS: Readonly<Record<string, object>> = {
  KlorosExporterDown: {
    summary: 'There are no figures of the colony at all, and every other alert is silent',
    next: 'kloros exporter',
  },
  KlorosFiguresOld: {
    summary: 'The figures are 10m 0s old: nobody writes the text file any more',
    next: 'kloros exporter --textfile PATH',
  },
  KlorosStopped: {
    summary: 'The check paused is not well: something stops or bounds the colony',
    next: 'kloros health --failed',
  },
};
const series = (name: string, values: string) => ({ series: name, values });
const NONE = { KlorosExporterDown: [], KlorosFiguresOld: [], KlorosStopped: [] };

const NO_EXPORTER = {
  interval: '1m',
  // It is there for three minutes, and then scraped in vain.
  input_series: [
    series('kloros_exporter_collector_up', '1 1 1 stale'),
    series('kloros_exporter_timestamp_seconds', '0+60x2 stale'),
  ],
  alert_rule_test: [...firing('7m', NONE), ...firing('9m', { ...NONE, KlorosExporterDown: ['critical'] })],
};
const OLD_FILE = {
  interval: '1m',
  // Node exporter goes on to read what was written last.
  input_series: [series('kloros_exporter_collector_up', '1x20'), series('kloros_exporter_timestamp_seconds', '0x20')],
  alert_rule_test: [...firing('5m', NONE), ...firing('10m', { ...NONE, KlorosFiguresOld: ['critical'] })],
};
const PAUSED = {
  interval: '1m',
  input_series: [
    series('kloros_exporter_collector_up', '1x20'),
    series('kloros_exporter_timestamp_seconds', '0+60x20'),
    series('kloros_health_status{check="paused"}', '0 0 1 1 1 2 2 2 0 0'),
    series('kloros_health_status{check="latency"}', '2x20'),
  ],
  alert_rule_test: [
    ...firing('2m', NONE),
    ...firing('4m', { ...NONE, KlorosStopped: ['warning'] }),
    ...firing('7m', { ...NONE, KlorosStopped: ['critical'] }),
    ...firing('9m', NONE),
  ],
};

describe('the alert rules', () => {
  it('compare figures with the limits of health', () => {
    const { groups } = parse(rulesText(config.health)) as { groups: { rules: Record<string, unknown>[] }[] };
    expect(groups[0]?.rules).toContainEqual({
      alert: 'KlorosDeadLetters',
      expr: 'sum(kloros_dead_letters) > 100',
      labels: { severity: 'critical' },
      annotations: { summary: '{{ $value }} dead letters are open', next: 'kloros dlq groups' },
    });
  });

  it('leave out a limit of zero', () => {
    const names = alertsOf({ ...config.health, signalsPerHour: 0, lagCritical: 0 }).map(
      ({ name, severity }) => `${name} ${severity}`,
    );
    expect(names).toContain('KlorosLag warning');
    expect(names.filter((name) => name === 'KlorosQuiet warning' || name === 'KlorosLag critical')).toEqual([]);
  });

  it('and the dashboard name only figures that the exporter has', async () => {
    const colony = await startColony();
    const read = metricsReader({ config: colony.config, clock: systemClock, log: silentLog, members: [] });
    const known = new Set([...(await read()).matchAll(/^# HELP (\S+)/gm)].map(([, name]) => name));
    await colony.end();
    // Daemons that were started by hand have no uptime.
    known.add('kloros_health_uptime_percent');
    const all = [...alertsOf(config.health).map(({ expression }) => expression), ...expressions()].join(' ');
    const named = [...all.matchAll(/kloros_\w+/g)].map(([name]) => name.replace(/_bucket$/, ''));
    expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([]);
  });

  // Skipped where Debian's package prometheus is not installed.
  it.skipIf(!hasPromtool)(
    'tell of an exporter that is gone, of a text file that is old, and of what stops the colony',
    () => {
      writeFileSync(join(folder, 'rules.yml'), rulesText(config.health));
      const path = join(folder, 'cases.yml');
      writeFileSync(path, stringify({ rule_files: ['rules.yml'], tests: [NO_EXPORTER, OLD_FILE, PAUSED] }));
      expect(promtool(['test', 'rules', path])).toMatchObject({ ok: true });
    },
  );

  // Skipped where Debian's package prometheus is not installed.
  it.skipIf(!hasPromtool)('and the queries of the dashboard are to the liking of promtool', () => {
    expect(checked(rulesText(config.health))).toMatchObject({ ok: true });
    const rules = expressions().map((expr, index) => ({
      record: `panel:${index}`,
      expr: expr.replaceAll('$__rate_interval', '5m'),
    }));
    expect(checked(stringify({ groups: [{ name: 'panels', rules }] }))).toMatchObject({ ok: true });
  });
});

describe('the dashboard', () => {
  it('has no two panels in one place', () => {
    const { panels } = dashboardOf(config.health) as Dashboard;
    const places = panels.map(({ gridPos: { x, y } }) => `${x} ${y}`);
    expect(new Set(places).size).toBe(panels.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).toBe(true);
  });
});
