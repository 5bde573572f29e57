import chalk from 'chalk';
import { terminalLine } from '../base/terminal-text.js';
import type { LateRow, Waiting, WaitingRow } from '../expectations/waiting-row.js';
import type { Signal } from '../signals/envelope.js';
import { formatAge, formatDuration } from './formats.js';
import { colouredName, signalLine } from './signal-line.js';
import { renderTable, type Column } from './table.js';

const LABEL_WIDTH = 12;

/** What waits, one a line. */
export function waitingTable(rows: readonly WaitingRow[], nowMs: number): string {
  const columns: Column<WaitingRow>[] = [
    { title: 'waits for', cell: ({ expects }) => colouredName(expects) },
    { title: 'about', cell: (row) => subject(row) },
    { title: 'state', cell: stateText },
    { title: 'since', cell: (row) => sinceText(row, nowMs) },
    { title: 'limit', cell: ({ limit_ms: ms }) => formatDuration(ms), align: 'right' },
    { title: 'on', cell: ({ daemon }) => (daemon === null ? null : chalk.cyan(daemon)) },
    { title: 'tries', cell: ({ attempts }) => String(attempts), align: 'right' },
    { title: 'what now', cell: (row) => row.next[0] ?? chalk.dim('its turn comes'), flexible: true },
  ];
  return renderTable(rows, columns, { widthColumns: process.stdout.columns });
}

/** What came late, one a line. */
export function lateTable(rows: readonly LateRow[], nowMs: number): string {
  const columns: Column<LateRow>[] = [
    { title: 'came late', cell: ({ expects }) => colouredName(expects) },
    { title: 'about', cell: subject },
    { title: 'came', cell: ({ answer }) => formatAge(Date.parse(answer.said_at), nowMs) },
    { title: 'after its timeout', cell: ({ late_by_ms: ms }) => formatDuration(ms), align: 'right' },
    { title: 'timeout', cell: ({ timeout }) => chalk.dim(timeout.id) },
  ];
  return renderTable(rows, columns, { widthColumns: process.stdout.columns });
}

/** What waits and is no trigger whose completion is declared. */
export interface WaitingElsewhere {
  /** Signals that daemons have still to handle. */
  signals: number;
  /** Files that nobody has routed. */
  intents: number;
}

/** The list in one line. */
export function summaryOf({ waiting, late, total }: Waiting, { signals, intents }: WaitingElsewhere): string {
  const dead = waiting.filter(({ state }) => state === 'dead').length;
  const overdue = waiting.filter((row) => row.overdue && row.state !== 'dead').length;
  const parts = [
    ...(overdue > 0 ? [chalk.yellow(`${overdue} overdue`)] : []),
    ...(dead > 0 ? [chalk.red(`${dead} will never come by ${dead === 1 ? 'itself' : 'themselves'}`)] : []),
    ...(late.length > 0 ? [`${late.length} came late`] : []),
  ];
  const others = [
    ...(signals > 0 ? [`${countOf(signals, 'signal')} for a daemon (kloros bus consumers)`] : []),
    ...(intents > 0 ? [`${countOf(intents, 'intent')} to be routed (kloros intent list)`] : []),
  ];
  const none = others.length === 0 ? 'Nothing waits' : 'No trigger waits for its completion';
  const head = total === 0 ? none : `${total} ${total === 1 ? 'waits' : 'wait'}`;
  const tail = others.length === 0 ? '' : `\nWaiting: ${others.join('; ')}`;
  return [head, ...parts].join(chalk.dim(', ')) + tail;
}

/** Everything about what was asked for by one id, and the chain it stands in. */
export function stuckPage({ waiting, late }: Waiting, chain: readonly Signal[], nowMs: number): string {
  const pages = [...waiting.map((row) => waitingPage(row, nowMs)), ...late.map((row) => latePage(row, nowMs))];
  return [...pages, [chalk.bold('Chain'), ...chain.map((signal) => signalLine(signal))].join('\n')].join('\n\n');
}

function waitingPage(row: WaitingRow, nowMs: number): string {
  const { expects, after, limit, limit_ms, attempts, next_attempt_at: next } = row;
  const again = next === null ? '' : `, next ${formatAge(Date.parse(next), nowMs)}`;
  return [
    `${chalk.bold(subject(row))}  waits for ${colouredName(expects)}`,
    field('asked', `${formatAge(Date.parse(row.said_at), nowMs)} by ${after} ${row.trigger_id}`),
    field('is', `${stateText(row)}${row.daemon === null ? '' : ` at ${chalk.cyan(row.daemon)}`}`),
    field(
      'since',
      `${sinceText(row, nowMs)}; the limit ${limit === 'queue' ? 'in the queue' : 'of the work'} is ${formatDuration(limit_ms)}`,
    ),
    ...(attempts > 0 ? [field('attempts', `${attempts}${again}`)] : []),
    ...(row.timeout === null ? [] : [field('timeout', timeoutText(row.timeout, nowMs))]),
    field('what now', row.next.join('; ') || 'nothing: its turn comes'),
  ].join('\n');
}

function latePage(row: LateRow, nowMs: number): string {
  return [
    `${chalk.bold(subject(row))}  ${colouredName(row.expects)} came late`,
    field('asked', `by ${row.after} ${row.trigger_id}`),
    field('timeout', timeoutText(row.timeout, nowMs)),
    field('answer', `${row.answer.id}, ${formatDuration(row.late_by_ms)} after it`),
  ].join('\n');
}

function timeoutText({ id, said_at }: LateRow['timeout'], nowMs: number): string {
  return `${id}, ${formatAge(Date.parse(said_at), nowMs)}`;
}

/** What was asked for, as whoever asked wrote it: its control characters must not reach the terminal. */
function subject({ key, trigger_id }: Pick<WaitingRow, 'key' | 'trigger_id'>): string {
  return terminalLine(key ?? trigger_id);
}

function stateText({ state, paused }: WaitingRow): string {
  const text = paused ? `${state}, paused` : state;
  return state === 'dead' ? chalk.red(text) : text;
}

function sinceText({ since, overdue }: WaitingRow, nowMs: number): string {
  const age = formatAge(Date.parse(since), nowMs);
  return overdue ? chalk.yellow(`${age}, overdue`) : age;
}

function field(label: string, value: string): string {
  return `${chalk.dim(label.padEnd(LABEL_WIDTH))}${value}`;
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
