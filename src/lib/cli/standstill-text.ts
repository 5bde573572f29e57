import chalk from 'chalk';
import { maintenanceText, outageText, pauseText } from '../health/hold-text.js';
import type { Presence } from '../operator/roll-call.js';

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
