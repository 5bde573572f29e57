import chalk from 'chalk';
import { KlorosError } from '../base/errors.js';
import type { Plan, Way } from '../dead-letter/plan.js';
import type { Became, ReplayedRow, ReplayResult } from '../dead-letter/replay-result.js';
import { histogram } from './dlq-tables.js';
import { formatDuration } from './formats.js';
import { renderTable } from './table.js';

const WAYS: Record<Way, string> = {
  reopen: 'to the daemon that failed',
  say: 'as a new signal, to all who hear it',
  'put-back': 'as a file back into the intents folder',
  settled: 'already dealt with; leaves the queue',
  none: 'cannot be replayed',
};
const COLOURS: Partial<Record<Became, (text: string) => string>> = {
  handled: chalk.green,
  'failed again': chalk.red,
  'not sent': chalk.red,
  waiting: chalk.yellow,
};
const ROWS_SHOWN = 50;
const WHYS_SHOWN = 3;

/** What would happen, as bars: signal, daemon and way. */
export function planText(plans: readonly Plan[]): string {
  return histogram('would be replayed', planCounts(plans));
}

/** What an operator is asked; that rows go to more daemons than the one that failed is part of it. */
export function planQuestion(plans: readonly Plan[]): string {
  const toAll = plans.filter(({ way }) => way === 'say').length;
  const what = `Replay ${plans.length} dead ${plans.length === 1 ? 'letter' : 'letters'}`;
  return toAll === 0 ? `${what}?` : `${what}, ${toAll} of them as new signals to all who hear them?`;
}

/** Why some cannot be replayed, each reason once; of many the first. */
export function whysOf(plans: readonly Plan[]): string[] {
  const whys = new Set(plans.flatMap(({ way, why }) => (way === 'none' && why !== undefined ? [why] : [])));
  return [...whys].slice(0, WHYS_SHOWN);
}

/** Nothing of a selection can be replayed, so nothing is asked. */
export function noneSendable(plans: readonly Plan[]): KlorosError {
  const id = plans[0]?.letter.id ?? 'ID';
  const isForgotten = plans.some(({ letter }) => letter.number !== null && letter.signalId !== null);
  const broadcast = `kloros dlq replay ${id} --broadcast     # as a new signal to all who hear it`;
  return new KlorosError({
    code: 'NOT_REPLAYABLE',
    message: `None of ${plans.length} can be replayed, and nothing was changed`,
    why: whysOf(plans).join('; '),
    next: [`kloros dlq show ${id}`, ...(isForgotten ? [broadcast] : []), `kloros dlq prune ${id}`],
  });
}

/** How many rows of which signal would go where, and how. */
export function planCounts(plans: readonly Plan[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { letter, way } of plans) {
    const what = letter.signalName === '' ? (letter.intentFile === null ? 'no signal' : 'intent') : letter.signalName;
    const name = `${what} → ${letter.daemon}, ${WAYS[way]}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].sort(([, left], [, right]) => right - left));
}

/** What became of each row; of many rows those that did not go well. */
export function replayText(result: ReplayResult): string {
  const { rows, sendingMs } = result;
  const bad = rows.filter(({ became }) => became === 'failed again' || became === 'not sent');
  const shown = (rows.length <= ROWS_SHOWN ? rows : bad).slice(0, ROWS_SHOWN);
  const counts = Object.entries(countsOf(rows)).map(([became, count]) => `${count} ${became}`);
  const rate = sendingMs > 0 && rows.length > 1 ? ` (${Math.round((rows.length * 1000) / sendingMs)} a second)` : '';
  return [
    ...(shown.length > 0 ? [rowsTable(shown), ''] : []),
    result.stopped === 'abandoned'
      ? `Given up: ${rows.length} were sent before, ${result.left} stay in the queue`
      : `Replayed ${rows.length} in ${formatDuration(sendingMs)}${rate}: ${counts.join(', ') || 'nothing'}`,
  ].join('\n');
}

/** How many rows became what. */
export function countsOf(rows: readonly ReplayedRow[]): Partial<Record<Became, number>> {
  const counts: Partial<Record<Became, number>> = {};
  for (const { became } of rows) counts[became] = (counts[became] ?? 0) + 1;
  return counts;
}

function rowsTable(rows: readonly ReplayedRow[]): string {
  return renderTable(
    rows,
    [
      { title: 'id', cell: ({ id }) => id },
      { title: 'signal', cell: ({ signal }) => signal || null },
      { title: 'daemon', cell: ({ daemon }) => chalk.cyan(daemon) },
      { title: 'became', cell: ({ became }) => (COLOURS[became] ?? ((text: string) => text))(became) },
      { title: '', cell: ({ detail = '' }) => chalk.dim(detail), flexible: true },
    ],
    { widthColumns: process.stdout.columns },
  );
}
