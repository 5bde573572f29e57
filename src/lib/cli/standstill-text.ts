import chalk from 'chalk';
import type { Outage, Pause } from '../bus/bus.js';
import type { Presence } from '../operator/roll-call.js';
import { formatAge } from './formats.js';

type Maintenance = NonNullable<Presence['maintenance']>;

/** `running`, `held back`, `at rest` or `down`, in colours. */
export function stateWord({ pids, isAtRest, pause, maintenance, outages }: Presence & { isAtRest: boolean }): string {
  if (pids.length === 0) return isAtRest ? chalk.green('at rest') : chalk.red('down');
  return pause === null && maintenance === null && outages.length === 0
    ? chalk.green('running')
    : chalk.yellow('held back');
}

/** What holds a daemon back, one line each; empty where nothing does. */
export function heldBackBy({ pause, maintenance, outages }: Presence, nowMs: number): string {
  return [
    ...(maintenance === null ? [] : [maintenanceText(maintenance, nowMs)]),
    ...(pause === null ? [] : [pauseText(pause, nowMs)]),
    ...outages.map((outage) => outageText(outage, nowMs)),
  ].join('\n');
}

/** A maintenance in words. */
export function maintenanceText({ reason, sinceMs, untilMs }: Maintenance, nowMs: number): string {
  const end = untilMs === null ? '' : `, ends ${formatAge(untilMs, nowMs)}`;
  return `maintenance, begun ${formatAge(sinceMs, nowMs)}${end}${because(reason)}`;
}

/** A pause in words. */
export function pauseText({ by, reason, sinceMs }: Pause, nowMs: number): string {
  return `paused by ${by} ${formatAge(sinceMs, nowMs)}${because(reason)}`;
}

function outageText({ sinceMs, probeAtMs, error }: Outage, nowMs: number): string {
  const probe = probeAtMs > nowMs ? `probes ${formatAge(probeAtMs, nowMs)}` : 'probes with the next signal';
  return `breaker opened ${formatAge(sinceMs, nowMs)}, ${probe}: ${error}`;
}

function because(reason: string | null): string {
  return reason === null ? '' : `: ${reason}`;
}
