import chalk from 'chalk';
import type { Considered } from '../healing/heal.js';
import type { RepairRow } from '../healing/history.js';
import type { RuleStatus } from '../healing/status.js';
import { formatAge, formatDuration } from './formats.js';
import { renderTable, type Column } from './table.js';

/** Rules, one a line, with where each stands. */
export function healingRulesTable(rules: readonly RuleStatus[], nowMs: number): string {
  const columns: Column<RuleStatus>[] = [
    { title: 'rule', cell: ({ name, enabled }) => (enabled ? chalk.bold(name) : chalk.dim(`${name} (off)`)) },
    { title: 'when', cell: ({ when }) => whenText(when), flexible: true },
    { title: 'does', cell: ({ do: act }) => doText(act) },
    { title: 'cooldown', cell: ({ cooldown_ms }) => formatDuration(cooldown_ms) },
    { title: 'this hour', cell: ({ repairs_last_hour, budget }) => `${repairs_last_hour} of ${budget}` },
    {
      title: 'last',
      cell: ({ repaired_at }) => (repaired_at === null ? null : formatAge(Date.parse(repaired_at), nowMs)),
    },
    { title: 'now', cell: nowText },
  ];
  return renderTable(rules, columns, { widthColumns: process.stdout.columns });
}

/** Repairs, one a line. */
export function repairsTable(repairs: readonly RepairRow[], nowMs: number): string {
  const columns: Column<RepairRow>[] = [
    { title: 'when', cell: ({ at }) => formatAge(Date.parse(at), nowMs) },
    { title: 'rule', cell: ({ rule }) => rule },
    { title: 'repair', cell: ({ action, target }) => `${action} ${target}` },
    { title: 'because', cell: ({ reason }) => reason, flexible: true },
    { title: 'outcome', cell: outcomeText },
    { title: 'helped', cell: helpedText },
    { title: 'id', cell: ({ id }) => chalk.dim(id) },
  ];
  return renderTable(repairs, columns, { widthColumns: process.stdout.columns });
}

/** What the healer would do, one rule after the other. */
export function healingPreviewText(considered: readonly Considered[]): string {
  if (considered.length === 0) return 'No rule would do anything: none waits for these facts.';
  return considered
    .map(({ rule, outcome, action, target, checks }) =>
      [
        `${chalk.bold(rule)}: ${outcome === 'repairs' ? `would ${action} ${target ?? ''}` : 'would do nothing'}`,
        ...checks.map(
          ({ check, passed, detail }) =>
            `  ${passed ? chalk.green('✓') : chalk.red('✗')} ${check.padEnd(13)} ${detail}`,
        ),
      ].join('\n'),
    )
    .join('\n\n');
}

function whenText(when: RuleStatus['when']): string {
  if (when.event === 'missing_signal') return when.where === 'true' ? when.signal : `${when.signal}: ${when.where}`;
  if (when.event === 'health_critical') return `${when.alert} is critical`;
  const who = when.daemon === '*' ? 'a daemon' : when.daemon;
  if (when.event === 'watchdog') return `${who} does not beat for ${formatDuration(when.for)}`;
  if (when.event === 'lag_grows') return `${who} has over ${when.above}, growing for ${formatDuration(when.for)}`;
  return `${who} starts ${when.restarts} times in ${formatDuration(when.within)}`;
}

function doText(act: RuleStatus['do']): string {
  if (act.action === 'repair_signal') return `says ${act.signal}`;
  if (act.action === 'run_command') return `runs ${act.command}`;
  return `${act.action} ${act.daemon ?? ''}`.trim();
}

function nowText({ enabled, under_way, still }: RuleStatus): string {
  if (still.length > 0) return chalk.red(`stands still: ${still.map(({ subject }) => subject).join(', ')}`);
  if (under_way.length > 0) return chalk.yellow(`repairs ${under_way.map(({ subject }) => subject).join(', ')}`);
  return chalk.dim(enabled ? 'ready' : 'off');
}

function outcomeText({ outcome, detail }: RepairRow): string {
  if (outcome === null) return chalk.yellow('under way');
  return outcome === 'made' ? chalk.green('made') : chalk.red(`${outcome}: ${detail ?? ''}`);
}

function helpedText({ helped }: RepairRow): string | null {
  if (helped === null) return null;
  return helped ? chalk.green('yes') : chalk.red('no');
}
