import type { Config } from '../config/schema.js';
import { stopChecks } from '../health/stop-checks.js';

/** An alert: an expression that is compared with a limit of the configuration. */
export interface Alert {
  name: string;
  severity: 'warning' | 'critical';
  expression: string;
  compare: '>' | '>=' | '<' | '==';
  limit: number;
  /** For how long it must be so; absent: once is enough. */
  lasting?: string;
  /** With Prometheus' own placeholders, {{ $value }} and {{ $labels.x }}. */
  summary: string;
  /** What to do, as a command. */
  next: string;
}

type Limits = Config['health'];
const SECOND_MS = 1_000;
/** A text file is written every quarter of a minute. */
const OLD_SECONDS = 300;

/** Every alert that the limits of `kloros health` make; a limit of zero makes none. */
export function alertsOf(limits: Limits): Alert[] {
  const limited = [
    ...deadLetterAlerts(limits),
    ...flowAlerts(limits),
    ...latencyAlerts(limits),
    ...daemonAlerts(limits),
    ...machineAlerts(limits),
  ];
  return [...unlimitedAlerts(), ...exporterAlerts(), ...stopAlerts(), ...limited.filter(({ limit }) => limit > 0)];
}

/** What is wrong whatever the limits are. */
function unlimitedAlerts(): Alert[] {
  return [
    {
      name: 'KlorosDaemonDown',
      ...{ severity: 'critical', expression: 'kloros_daemon_up', compare: '==', limit: 0, lasting: '2m' },
      summary: '{{ $labels.daemon }} does not run',
      next: 'kloros health --check daemons',
    },
    {
      name: 'KlorosBreakerOpen',
      ...{ severity: 'warning', expression: 'kloros_consumer_breaker_open', compare: '==', limit: 1, lasting: '5m' },
      summary: '{{ $labels.daemon }} takes nothing up because what it stands on fails',
      next: 'kloros daemon list',
    },
  ];
}

/** Without figures every other alert is silent. */
function exporterAlerts(): Alert[] {
  return [
    {
      name: 'KlorosExporterBlind',
      ...{ severity: 'warning', expression: 'kloros_exporter_collector_up', compare: '==', limit: 0, lasting: '5m' },
      summary: 'The figures of {{ $labels.collector }} cannot be read, and its alerts are silent',
      next: 'kloros health',
    },
    {
      name: 'KlorosExporterDown',
      ...{ severity: 'critical', expression: 'absent(kloros_exporter_collector_up)', compare: '==', limit: 1 },
      lasting: '5m',
      summary: 'There are no figures of the colony at all, and every other alert is silent',
      next: 'kloros exporter',
    },
    {
      name: 'KlorosFiguresOld',
      ...{ severity: 'critical', expression: 'time() - kloros_exporter_timestamp_seconds', compare: '>' },
      limit: OLD_SECONDS,
      summary: 'The figures are {{ $value | humanizeDuration }} old: nobody writes the text file any more',
      next: 'kloros exporter --textfile PATH',
    },
  ];
}

/** What stops or bounds the colony, by the checks that ask for it. */
function stopAlerts(): Alert[] {
  const names = stopChecks.map(({ name }) => name).join('|');
  const rest = {
    ...({ expression: `kloros_health_status{check=~"${names}"}`, compare: '==', lasting: '1m' } as const),
    summary: 'The check {{ $labels.check }} is not well: something stops or bounds the colony',
    next: 'kloros health --failed',
  };
  return [
    { name: 'KlorosStopped', severity: 'warning', limit: 1, ...rest },
    { name: 'KlorosStopped', severity: 'critical', limit: 2, ...rest },
  ];
}

function deadLetterAlerts(limits: Limits): Alert[] {
  const open = { expression: 'sum(kloros_dead_letters)', summary: '{{ $value }} dead letters are open' };
  const next = 'kloros dlq groups';
  return [
    { name: 'KlorosDeadLetters', severity: 'warning', compare: '>=', limit: limits.deadLettersWarning, next, ...open },
    { name: 'KlorosDeadLetters', severity: 'critical', compare: '>', limit: limits.deadLettersCritical, next, ...open },
    {
      name: 'KlorosDeadLetterOld',
      ...{ severity: 'warning', expression: 'kloros_dead_letters_oldest_age_seconds', compare: '>=' },
      limit: limits.oldestDeadLetterMs / SECOND_MS,
      summary: 'A dead letter has been open for {{ $value | humanizeDuration }}',
      next,
    },
  ];
}

function flowAlerts(limits: Limits): Alert[] {
  const lag = { expression: 'sum by (daemon) (kloros_consumer_signals)', lasting: '1m' };
  const behind = { summary: '{{ $value }} signals wait for {{ $labels.daemon }}', next: 'kloros health --check lag' };
  const trigger = {
    expression: 'kloros_health_triggers_oldest_age_seconds',
    summary: 'A trigger has waited for its answer for {{ $value | humanizeDuration }}',
    next: 'kloros stuck',
  };
  return [
    {
      name: 'KlorosQuiet',
      ...{ severity: 'warning', expression: 'sum(increase(kloros_signals_total[1h]))', compare: '<', lasting: '1h' },
      limit: limits.signalsPerHour,
      summary: '{{ $value }} signals in the last hour',
      next: 'kloros health --check flow',
    },
    {
      name: 'KlorosStalled',
      ...{ severity: 'critical', expression: 'kloros_health_flow_standstill_seconds', compare: '>=' },
      limit: limits.stalledMs / SECOND_MS,
      summary: 'Signals wait and none was handled for {{ $value | humanizeDuration }}',
      next: 'kloros health --check lag --check daemons',
    },
    { name: 'KlorosLag', severity: 'warning', compare: '>=', limit: limits.lagWarning, ...lag, ...behind },
    { name: 'KlorosLag', severity: 'critical', compare: '>', limit: limits.lagCritical, ...lag, ...behind },
    {
      ...{ name: 'KlorosTriggerStuck', severity: 'warning', compare: '>=', ...trigger },
      limit: limits.triggerWarningMs / SECOND_MS,
    },
    {
      ...{ name: 'KlorosTriggerStuck', severity: 'critical', compare: '>', ...trigger },
      limit: limits.triggerCriticalMs / SECOND_MS,
    },
  ];
}

function latencyAlerts({ latencyMs }: Limits): Alert[] {
  const rest = { limit: latencyMs / SECOND_MS, next: 'kloros health --check latency --check lag' };
  return [
    {
      ...{ name: 'KlorosLatency', severity: 'warning', expression: 'kloros_health_latency_p99_seconds', compare: '>=' },
      summary: 'One in a hundred intents takes {{ $value | humanizeDuration }} to its investigation',
      ...rest,
    },
    {
      ...{ name: 'KlorosLatency', severity: 'critical', expression: 'kloros_health_latency_p50_seconds', compare: '>' },
      summary: 'An intent takes {{ $value | humanizeDuration }} to its investigation',
      ...rest,
    },
  ];
}

function daemonAlerts(limits: Limits): Alert[] {
  const restarts = (stretch: string) => `increase(kloros_daemon_restarts_total[${stretch}])`;
  const again = '{{ $labels.daemon }} was started again {{ $value | humanize }} times in a';
  const uptime = {
    expression: 'kloros_health_uptime_percent',
    summary: '{{ $labels.daemon }} was up {{ $value | humanize }} % of the time',
    next: 'kloros health --check uptime --check restarts',
  };
  const memory = {
    expression: 'kloros_daemon_resident_memory_bytes',
    summary: '{{ $labels.daemon }} holds {{ $value | humanize1024 }}B',
    next: 'kloros health --check memory',
  };
  const next = 'kloros health --check restarts';
  return [
    {
      ...{ name: 'KlorosRestarts', severity: 'warning', expression: restarts('1w'), compare: '>=' },
      ...{ limit: limits.restartsPerWeek, summary: `${again} week`, next },
    },
    {
      ...{ name: 'KlorosRestarts', severity: 'critical', expression: restarts('1d'), compare: '>' },
      ...{ limit: limits.restartsPerDay, summary: `${again} day`, next },
    },
    { name: 'KlorosUptime', severity: 'warning', compare: '<', limit: limits.uptimePercent, ...uptime },
    { name: 'KlorosUptime', severity: 'critical', compare: '<', limit: limits.uptimeCriticalPercent, ...uptime },
    {
      name: 'KlorosCpu',
      ...{ severity: 'warning', expression: '100 * rate(kloros_daemon_cpu_seconds_total[5m])', compare: '>=' },
      ...{ limit: limits.cpuPercent, lasting: '10m' },
      summary: '{{ $labels.daemon }} uses {{ $value | humanize }} % of a core',
      next: 'kloros health --check cpu',
    },
    { name: 'KlorosMemory', severity: 'warning', compare: '>=', limit: limits.memoryBytes, ...memory },
    { name: 'KlorosMemory', severity: 'critical', compare: '>', limit: limits.memoryCriticalBytes, ...memory },
  ];
}

function machineAlerts(limits: Limits): Alert[] {
  const disk = {
    expression: 'kloros_health_disk_used_percent',
    summary: "{{ $value | humanize }} % of the disk of the colony's home is used",
    next: 'kloros health --check disk',
  };
  return [
    { name: 'KlorosDisk', severity: 'warning', compare: '>=', limit: limits.diskWarningPercent, ...disk },
    { name: 'KlorosDisk', severity: 'critical', compare: '>', limit: limits.diskCriticalPercent, ...disk },
    {
      ...{ name: 'KlorosClock', severity: 'warning', expression: 'kloros_health_clock_ahead_seconds', compare: '>=' },
      limit: limits.clockMs / SECOND_MS,
      summary: 'The clock is {{ $value | humanizeDuration }} behind the journal',
      next: 'kloros health --check clock',
    },
  ];
}
