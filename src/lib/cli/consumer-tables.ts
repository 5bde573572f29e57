import chalk from 'chalk';
import type { ListedConsumer } from '../operator/consumers.js';
import { formatAge, formatBytes } from './formats.js';
import { renderTable, type Column } from './table.js';

/** Who has a place in the journal, and what is kept for each. */
export function consumersTable(rows: readonly ListedConsumer[], nowMs: number): string {
  const age = (atMs: number | null) => (atMs === null ? null : formatAge(atMs, nowMs));
  const columns: Column<ListedConsumer>[] = [
    { title: 'consumer', cell: ({ name }) => name },
    { title: 'state', cell: stateOf },
    { title: 'pid', cell: ({ pids }) => pids.join('\n') || null, align: 'right' },
    { title: 'unseen', cell: ({ unseen }) => unseen, align: 'right' },
    { title: 'open', cell: ({ open }) => open, align: 'right' },
    { title: 'oldest', cell: ({ oldestAtMs }) => age(oldestAtMs) },
    { title: 'last handled', cell: ({ lastHandledAtMs }) => age(lastHandledAtMs) },
    { title: 'holds back', cell: heldText, flexible: true },
  ];
  return renderTable(rows, columns, { widthColumns: process.stdout.columns });
}

/** What forgetting a consumer means, before it is done. */
export function lossText(consumer: ListedConsumer, nowMs: number): string {
  const { name, unseen, open, oldestAtMs, deadLetters, declared } = consumer;
  const oldest = oldestAtMs === null ? '' : `, the oldest said ${formatAge(oldestAtMs, nowMs)}`;
  return [
    `${name} last handled a signal ${consumer.lastHandledAtMs === null ? 'never' : formatAge(consumer.lastHandledAtMs, nowMs)}`,
    `  unseen   ${unseen} signals${unseen > 0 ? `, which it will not handle; they stay in the journal as long as others do${oldest}` : ''}`,
    `  open     ${open} signals${open > 0 ? ', which become dead letters: kloros dlq list' : ''}`,
    `  dead     ${deadLetters} letters${deadLetters > 0 ? ', which stay in the queue' : ''}`,
    `  holds    ${heldText(consumer)}`,
    ...(declared
      ? [chalk.yellow(`${name} is a daemon of this version: when it is started it is a consumer again`)]
      : []),
  ].join('\n');
}

function stateOf({ enabled, declared, pids }: ListedConsumer): string {
  if (!enabled) return chalk.dim('forgotten');
  if (pids.length > 0) return chalk.green('runs');
  return declared ? 'stopped' : chalk.yellow('no such daemon');
}

function heldText({ holds: { signals, bytes, overdue } }: ListedConsumer): string {
  if (signals === 0) return 'nothing';
  return `${signals} signals, ${formatBytes(bytes)}${overdue > 0 ? chalk.yellow(`, ${overdue} of them overdue`) : ''}`;
}
