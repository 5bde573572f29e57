import chalk from 'chalk';
import cliTruncate from 'cli-truncate';
import sparkly from 'sparkly';
import { jsonText } from '../base/json-text.js';
import { terminalLine, terminalPiece } from '../base/terminal-text.js';
import type { ConsumerStatus } from '../bus/bus.js';
import {
  chosenDead,
  chosenSignal,
  shownDead,
  shownSignals,
  type Board,
  type DeadRow,
  type Measured,
} from '../operator/top/board.js';
import type { SignalRow } from '../operator/top/tally.js';
import { formatAge, formatDuration } from './formats.js';
import { colouredName } from './signal-line.js';
import { renderTable, type Column } from './table.js';

/** A terminal's size in characters. */
export interface Size {
  columns: number;
  rows: number;
}

const SPARK_SECONDS = 30;
const LEAST_LIST_ROWS = 3;
/** Lines beside the lists: head, two gaps, two table headings, foot. */
const FRAME_LINES = 7;

/** The whole screen, exactly `rows` lines, none wider than `columns`. */
export function topScreen(board: Board, measured: Measured, size: Size): string[] {
  const head = headLine(board, measured);
  const foot = footLine(board);
  const body = BODIES[board.view](board, measured, size);
  const room = Math.max(1, size.rows - 3);
  const filled = [...body.slice(0, room), ...Array<string>(Math.max(0, room - body.length)).fill('')];
  return [head, '', ...filled, foot].map((line) => cliTruncate(line, size.columns));
}

type Body = (board: Board, measured: Measured, size: Size) => string[];

const BODIES: Record<Board['view'], Body> = {
  signals: (board, measured, size) => {
    const consumers = consumerLines(measured);
    const room = Math.max(LEAST_LIST_ROWS, size.rows - consumers.length - FRAME_LINES);
    return [...signalLines(board, measured, room), '', ...consumers];
  },
  signal: (board, measured) => {
    const row = chosenSignal(board, measured);
    return row === undefined ? ['Nothing is chosen'] : textLines(jsonText(row.last, 2));
  },
  dead: (board, measured, size) => deadLines(board, measured, size.rows - FRAME_LINES),
  letter: (board, measured) => {
    const row = chosenDead(board, measured);
    return row === undefined ? ['Nothing is chosen'] : letterLines(row, measured.nowMs);
  },
};

function headLine({ frozen }: Board, { home, all, dead, consumers, nowMs }: Measured): string {
  const running = consumers.filter(({ pids }) => pids.length > 0).length;
  const parts = [
    chalk.bold('kloros top'),
    `${chalk.green(spark(all.history))} ${rate(all.perSecond)} signals/s`,
    dead.length === 0
      ? 'no dead letters'
      : chalk.red(`${dead.length} dead ${dead.length === 1 ? 'letter' : 'letters'}`),
    `${running} of ${consumers.length} run`,
    chalk.dim(new Date(nowMs).toISOString().slice(11, 19)),
    chalk.dim(home),
    ...(frozen ? [chalk.inverse(' stands still ')] : []),
  ];
  return parts.join('  ');
}

function signalLines(board: Board, measured: Measured, room: number): string[] {
  const rows = shownSignals(board, measured);
  if (rows.length === 0)
    return [board.filter === '' ? 'Nothing has been said yet' : `No signal has "${board.filter}" in its name`];
  const columns: Column<SignalRow>[] = [
    { title: 'signal', cell: ({ name }) => colouredName(name) },
    { title: 'per s', cell: ({ perSecond }) => rate(perSecond), align: 'right' },
    { title: 'total', cell: ({ total }) => total.toLocaleString('en'), align: 'right' },
    { title: `last ${SPARK_SECONDS} s`, cell: ({ history }) => chalk.green(spark(history)) },
    { title: 'last', cell: ({ lastAtMs }) => chalk.dim(formatAge(lastAtMs, measured.nowMs)) },
    { title: 'said by', cell: ({ last }) => chalk.cyan(terminalPiece(last.source)) },
  ];
  return list(rows, columns, { selected: board.selected, room });
}

function deadLines(board: Board, measured: Measured, room: number): string[] {
  const rows = shownDead(board, measured);
  if (rows.length === 0)
    return [board.filter === '' ? 'No dead letters' : `No dead letter has "${board.filter}" in it`];
  const columns: Column<DeadRow>[] = [
    { title: 'id', cell: ({ id }) => terminalLine(id) },
    { title: 'failed', cell: ({ failedAtMs }) => ageOf(failedAtMs, measured.nowMs) },
    { title: 'signal', cell: ({ signal }) => colouredName(signal) },
    { title: 'daemon', cell: ({ daemon }) => chalk.cyan(terminalLine(daemon)) },
    { title: 'error', cell: ({ error }) => textLines(error)[0] ?? '' },
  ];
  return list(rows, columns, { selected: board.selected, room });
}

/** As many rows as there is room for, those around the chosen one, which is marked. */
function list<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { selected, room }: { selected: number; room: number },
): string[] {
  const chosen = Math.min(selected, rows.length - 1);
  const first = Math.max(0, Math.min(chosen - Math.floor(room / 2), rows.length - room));
  const lines = renderTable(rows.slice(first, first + room), columns, { widthColumns: undefined }).split('\n');
  return lines.map((line, index) => (index - 1 === chosen - first ? `${chalk.bold('▸')} ${line}` : `  ${line}`));
}

function consumerLines({ consumers, nowMs }: Measured): string[] {
  if (consumers.length === 0) return ['No daemon has run in this home yet'];
  const columns: Column<ConsumerStatus>[] = [
    { title: 'consumer', cell: ({ name }) => chalk.cyan(terminalLine(name)) },
    { title: 'state', cell: stateOf },
    { title: 'lag', cell: ({ lag }) => (lag > 0 ? chalk.yellow(String(lag)) : '0'), align: 'right' },
    { title: 'running', cell: ({ running }) => String(running), align: 'right' },
    { title: 'waiting', cell: ({ waiting }) => String(waiting), align: 'right' },
    { title: 'last handled', cell: ({ lastHandledAtMs }) => ageOf(lastHandledAtMs, nowMs) },
  ];
  return renderTable(consumers, columns, { widthColumns: undefined })
    .split('\n')
    .map((line) => `  ${line}`);
}

function stateOf({ paused, enabled, pids }: ConsumerStatus): string {
  if (!enabled) return chalk.dim('disabled');
  if (paused) return chalk.yellow('paused');
  return pids.length > 0 ? chalk.green('running') : chalk.red('not running');
}

function letterLines({ id, signal, daemon, error, failedAtMs }: DeadRow, nowMs: number): string[] {
  return [
    `${chalk.bold(`Dead letter ${terminalLine(id)}`)}  ${colouredName(signal)}`,
    `${chalk.dim('daemon')}  ${chalk.cyan(terminalLine(daemon))}`,
    `${chalk.dim('failed')}  ${ageOf(failedAtMs, nowMs)}`,
    '',
    ...textLines(error),
    '',
    chalk.dim(`kloros dlq show ${terminalLine(id)}   tells all`),
  ];
}

function footLine({ view, sort, filter, typing, asking, note }: Board): string {
  if (asking) return chalk.inverse(' Replay the chosen dead letter? y, or any other key for no ');
  if (typing)
    return `${chalk.bold('/')}${filter}${chalk.inverse(' ')} ${chalk.dim('enter keeps it, escape empties it')}`;
  const keys = KEYS[view].replace('%s', sort);
  return [
    chalk.dim(keys),
    ...(filter === '' ? [] : [`filter: ${filter}`]),
    ...(note === '' ? [] : [terminalLine(note)]),
  ].join('  ');
}

const KEYS: Record<Board['view'], string> = {
  signals: 'q quit  ↑↓ choose  enter open  s sort (%s)  / filter  d dead letters  p pause',
  signal: 'q quit  escape back',
  dead: 'q quit  ↑↓ choose  enter open  r replay  / filter  d signals',
  letter: 'q quit  r replay  escape back',
};

function spark(history: readonly number[]): string {
  const shown = history.slice(-SPARK_SECONDS);
  // Sparkly gives a row of equal values its middle, and silence shall look like silence.
  return shown.every((count) => count === 0) ? '▁'.repeat(shown.length) : sparkly([...shown], { minimum: 0 });
}

function rate(perSecond: number): string {
  return perSecond >= 10 || perSecond === 0 ? Math.round(perSecond).toLocaleString('en') : perSecond.toFixed(1);
}

function ageOf(atMs: number | null, nowMs: number): string {
  if (atMs === null) return chalk.dim('–');
  return Math.abs(nowMs - atMs) < 1_000 ? 'just now' : `${formatDuration(nowMs - atMs)} ago`;
}

/** Lines of somebody's text. */
function textLines(text: string): string[] {
  return text.split('\n').map(terminalLine);
}
