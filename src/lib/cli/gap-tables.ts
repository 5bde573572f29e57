import chalk from 'chalk';
import { terminalPiece } from '../base/terminal-text.js';
import { isoTimestamp } from '../base/clock.js';
import type { Gaps, Jump, Silence } from '../operator/flow/gaps.js';
import type { Order } from '../operator/flow/order.js';
import type { Stat } from '../operator/flow/stats.js';
import { formatAge, formatBytes, formatDuration } from './formats.js';
import { colouredName } from './signal-line.js';
import { renderTable, type Column } from './table.js';

/** Totals by name and source. */
export function statsTable(rows: readonly Stat[], nowMs: number): string {
  const columns: Column<Stat>[] = [
    ...named<Stat>(),
    right('count', ({ count }) => String(count)),
    right('a second', ({ perSecond }) => (perSecond >= 100 ? String(Math.round(perSecond)) : perSecond.toPrecision(2))),
    right('bytes', ({ bytes }) => formatBytes(bytes)),
    right('open', ({ open }) => some(open, chalk.yellow)),
    right('attempts', ({ attempts }) => some(attempts, String)),
    right('dead', ({ dead }) => some(dead, chalk.red)),
    { title: 'last', cell: ({ lastMs }) => formatAge(lastMs, nowMs) },
  ];
  return renderTable(rows, columns, { widthColumns: process.stdout.columns });
}

/** Silences, jumps, and what the journal's own order says. */
export function gapsText(gaps: Gaps, order: Order, nowMs: number): string {
  const options = { widthColumns: process.stdout.columns };
  const parts = [
    ...(gaps.silences.length === 0 ? [] : [renderTable(gaps.silences, silenceColumns(nowMs), options)]),
    ...(gaps.jumps.length === 0 ? [] : [renderTable(gaps.jumps, jumpColumns(), options)]),
    orderText(order),
  ];
  return parts.join('\n\n');
}

function silenceColumns(nowMs: number): Column<Silence>[] {
  return [
    ...named<Silence>(),
    { title: 'silent since', cell: ({ fromMs }) => isoTimestamp(fromMs) },
    {
      title: '',
      cell: ({ toMs, fromMs }) => (toMs === null ? chalk.red('still') : chalk.dim(formatAge(fromMs, nowMs))),
    },
    right('for', ({ lengthMs }) => formatDuration(lengthMs)),
    right('usually', ({ usualMs }) => formatDuration(usualMs)),
  ];
}

function jumpColumns(): Column<Jump>[] {
  return [
    ...named<Jump>(),
    { title: 'at', cell: ({ atMs }) => isoTimestamp(atMs) },
    right('after', ({ after }) => String(after)),
    right('came', ({ next }) => String(next)),
    {
      title: '',
      cell: ({ missing }) => (missing === 0 ? chalk.yellow('began anew') : chalk.red(`${missing} missing`)),
    },
  ];
}

function orderText({ first, last, missing, holes, unpublished }: Order): string {
  const where = holes.slice(0, 3).map(({ from, to }) => (from === to ? String(from) : `${from} to ${to}`));
  const more = holes.length > where.length ? ' and more' : '';
  const journal =
    first === null
      ? 'nothing is journalled in this range'
      : `positions ${first} to ${last}, ${missing === 0 ? 'none missing' : `${missing} missing (${where.join(', ')}${more})`}`;
  const wire =
    unpublished === 0 ? 'the hub has published all of it' : `${unpublished} are still to be published by the hub`;
  return `${chalk.dim('journal')}  ${journal}\n${chalk.dim('wire')}     ${wire}`;
}

function named<Row extends { signal: string; source: string }>(): Column<Row>[] {
  return [
    { title: 'signal', cell: ({ signal }) => colouredName(signal) },
    { title: 'source', cell: ({ source }) => chalk.cyan(terminalPiece(source)) },
  ];
}

function some(count: number, colour: (text: string) => string): string | null {
  return count === 0 ? null : colour(String(count));
}

function right<Row>(title: string, cell: (row: Row) => string | null): Column<Row> {
  return { title, cell, align: 'right' };
}
