import type { Command } from '@oclif/core';
import { systemClock } from '../base/clock.js';
import type { Config } from '../config/schema.js';
import type { Member } from '../health/check.js';
import { openView } from '../health/open-view.js';
import { runChecks } from '../health/run-checks.js';
import { stopChecks } from '../health/stop-checks.js';
import { checksTable } from './health-table.js';
import { operatorLog } from './operator-log.js';

/** Of which colony it is told, and what of it is shown already. */
interface Told {
  config: Config;
  members: readonly Member[];
  /** Checks whose answer the command itself has. */
  shown?: readonly string[];
}

/**
 * Tells what stops or bounds the colony, below what a command shows of it, or as warnings under --json. What cannot be
 * asked is left out: of a home in which nothing has run there is nothing to tell.
 */
export async function tellWhatStops(
  command: Pick<Command, 'log' | 'warn' | 'jsonEnabled'>,
  { config, members, shown = [] }: Told,
): Promise<void> {
  const checks = stopChecks.filter(({ name }) => !shown.includes(name));
  const view = openView({ config, clock: systemClock, log: operatorLog(), members });
  const { checks: all } = await runChecks(checks, view).finally(() => view.close());
  const found = all.filter(({ status }) => status === 'WARNING' || status === 'CRITICAL');
  if (found.length === 0) return;
  if (command.jsonEnabled()) for (const { check, why } of found) command.warn(`${check}: ${why}`);
  else command.log(`\n${checksTable(found, process.stdout.columns)}`);
}
