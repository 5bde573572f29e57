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
