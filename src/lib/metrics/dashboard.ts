import { alertsOf } from './alerts.js';
import type { Config } from '../config/schema.js';

interface Query {
  expr: string;
  legend: string;
}

interface Panel {
  title: string;
  /** Of Grafana: `short`, `s`, `bytes`, `percent`. */
  unit: string;
  queries: readonly Query[];
  kind?: 'timeseries' | 'stat';
  /** Of the alerts whose limits are drawn. */
  alert?: string;
}

const RATE = '$__rate_interval';
/** Of Grafana's grid, which is 24 wide. */
const [COLUMNS, WIDTH, HEIGHT] = [24, 8, 8];

const quantile = (share: number, metric: string) =>
  `histogram_quantile(${share}, sum by (daemon, le) (rate(${metric}_bucket[${RATE}])))`;

const PANELS: readonly Panel[] = [
  {
    ...{ title: 'Daemons that run', unit: 'short', kind: 'stat' },
    queries: [{ expr: 'sum(kloros_daemon_up)', legend: 'up' }],
  },
  {
    ...{ title: 'Dead letters', unit: 'short', kind: 'stat', alert: 'KlorosDeadLetters' },
    queries: [{ expr: 'sum(kloros_dead_letters)', legend: 'open' }],
  },
  {
    ...{ title: 'Checks that are not well', unit: 'short', kind: 'stat' },
    queries: [{ expr: 'count(kloros_health_status > 0) or vector(0)', legend: 'checks' }],
  },
  {
    ...{ title: 'Signals a second', unit: 'short' },
    queries: [{ expr: `sum by (signal) (rate(kloros_signals_total[${RATE}])) > 0`, legend: '{{signal}}' }],
  },
  {
    ...{ title: 'Signals that wait', unit: 'short', alert: 'KlorosLag' },
    queries: [{ expr: 'sum by (daemon) (kloros_consumer_signals)', legend: '{{daemon}}' }],
  },
  {
    ...{ title: 'Age of the oldest that waits', unit: 's' },
    queries: [{ expr: 'kloros_consumer_oldest_age_seconds', legend: '{{daemon}}' }],
  },
  {
    ...{ title: 'Handling time, median', unit: 's' },
    queries: [{ expr: quantile(0.5, 'kloros_handling_seconds'), legend: '{{daemon}}' }],
  },
  {
    ...{ title: 'Handling time, 99 of 100', unit: 's' },
    queries: [{ expr: quantile(0.99, 'kloros_handling_seconds'), legend: '{{daemon}}' }],
  },
  {
    ...{ title: 'Wait before the first attempt, 99 of 100', unit: 's' },
    queries: [{ expr: quantile(0.99, 'kloros_waiting_seconds'), legend: '{{daemon}}' }],
  },
  {
    ...{ title: 'Attempts a second, by end', unit: 'short' },
    queries: [{ expr: `sum by (outcome) (rate(kloros_attempts_total[${RATE}]))`, legend: '{{outcome}}' }],
  },
  {
    ...{ title: 'Intent to investigation', unit: 's', alert: 'KlorosLatency' },
    queries: [
      { expr: 'kloros_health_latency_p50_seconds', legend: 'median' },
      { expr: 'kloros_health_latency_p99_seconds', legend: '99 of 100' },
    ],
  },
  {
    ...{ title: 'Dead letters by daemon', unit: 'short' },
    queries: [{ expr: 'kloros_dead_letters', legend: '{{daemon}}' }],
  },
  {
    ...{ title: 'Restarts in a day', unit: 'short', alert: 'KlorosRestarts' },
    queries: [{ expr: 'increase(kloros_daemon_restarts_total[1d])', legend: '{{daemon}}' }],
  },
  {
    ...{ title: 'Use of a core', unit: 'percent', alert: 'KlorosCpu' },
    queries: [{ expr: `100 * rate(kloros_daemon_cpu_seconds_total[${RATE}])`, legend: '{{daemon}}' }],
  },
  {
    ...{ title: 'Memory', unit: 'bytes', alert: 'KlorosMemory' },
    queries: [{ expr: 'kloros_daemon_resident_memory_bytes', legend: '{{daemon}}' }],
  },
];

/** A dashboard for Grafana 9 and newer, in its own format; the limits of `kloros health` are drawn in. */
export function dashboardOf(limits: Config['health']): object {
  return {
    uid: 'kloros',
    title: 'kloros',
    tags: ['kloros'],
    schemaVersion: 38,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' }] },
    panels: PANELS.map((panel, index) => panelOf(panel, { index, limits })),
  };
}

function panelOf(
  { title, unit, queries, kind = 'timeseries', alert }: Panel,
  { index, limits }: { index: number; limits: Config['health'] },
): object {
  const datasource = { type: 'prometheus', uid: '${datasource}' };
  const perRow = COLUMNS / WIDTH;
  const steps = stepsOf(alert, limits);
  const custom = steps.length > 1 ? { custom: { thresholdsStyle: { mode: 'dashed' } } } : {};
  return {
    id: index + 1,
    type: kind,
    title,
    datasource,
    gridPos: { x: (index % perRow) * WIDTH, y: Math.floor(index / perRow) * HEIGHT, w: WIDTH, h: HEIGHT },
    fieldConfig: { defaults: { unit, min: 0, thresholds: { mode: 'absolute', steps }, ...custom }, overrides: [] },
    targets: queries.map(({ expr, legend }, at) => {
      return { refId: String.fromCharCode('A'.charCodeAt(0) + at), datasource, expr, legendFormat: legend };
    }),
  };
}

/** Green, and from each limit on the colour of its severity. */
function stepsOf(name: string | undefined, limits: Config['health']): { color: string; value: number | null }[] {
  const colours = { warning: 'orange', critical: 'red' };
  const alerts = alertsOf(limits).filter((alert) => alert.name === name);
  const steps = alerts.map(({ severity, limit }) => ({ color: colours[severity], value: limit }));
  return [{ color: 'green', value: null }, ...steps.sort((a, b) => a.value - b.value)];
}
