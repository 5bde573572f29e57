import chalk from 'chalk';
import { cutText, shorten } from '../base/cut-text.js';
import { terminalLine } from '../base/terminal-text.js';
import type { Resolution } from '../dead-letter/archive.js';
import type { LetterGroup } from '../dead-letter/groups.js';
import type { QueueStats } from '../dead-letter/stats.js';
import type { Letter } from '../dead-letter/letter.js';
import { viewOf, type LetterView } from '../dead-letter/view.js';
import { formatAge, formatDuration } from './formats.js';
import { bar } from './progress-line.js';
import { colouredName } from './signal-line.js';
import { renderTable, type Column } from './table.js';

const ERROR_SHOWN = 160;
const MEANT_SHOWN = 20;
/** More of an error cannot be in its cell. */
const MOST_LOOKED_AT = 2_000;

/** Letters, one a line. */
export function lettersTable(rows: readonly LetterView[], nowMs: number): string {
  const columns: Column<LetterView>[] = [
    { title: 'id', cell: ({ id }) => id },
    { title: 'failed', cell: ({ failed_at }) => ageOf(failed_at, nowMs) },
    { title: 'signal', cell: ({ signal }) => (signal === '' ? null : colouredName(signal)) },
    { title: 'daemon', cell: ({ daemon }) => chalk.cyan(daemon) },
    { title: 'tries', cell: triesOf, align: 'right' },
    { title: 'group', cell: ({ group }) => chalk.dim(group) },
    { title: 'error', cell: ({ error }) => short(error), flexible: true },
  ];
  return renderTable(rows, columns, width());
}

/** Causes, the most frequent first. */
export function groupsTable(groups: readonly LetterGroup[], nowMs: number): string {
  const columns: Column<LetterGroup>[] = [
    { title: 'group', cell: ({ group }) => group },
    { title: 'count', cell: ({ count }) => chalk.bold(String(count)), align: 'right' },
    { title: 'oldest', cell: ({ oldest_age_ms: ms }) => (ms === null ? null : formatDuration(ms)) },
    { title: 'last seen', cell: ({ last_seen }) => ageOf(last_seen, nowMs) },
    { title: 'signal', cell: ({ signal }) => (signal === '' ? null : colouredName(signal)) },
    { title: 'daemon', cell: ({ daemon }) => chalk.cyan(daemon) },
    { title: 'sample', cell: ({ sample }) => sample.id },
    { title: 'affected', cell: affectedOf },
    { title: 'cause', cell: ({ pattern }) => short(pattern), flexible: true },
  ];
  return renderTable(groups, columns, width());
}

/** What left the queue. */
export function archiveTable(rows: readonly (LetterView & { resolution?: Resolution })[], nowMs: number): string {
  const columns: Column<LetterView & { resolution?: Resolution }>[] = [
    { title: 'id', cell: ({ id }) => id },
    { title: 'left', cell: ({ resolution }) => ageOf(resolution?.at ?? null, nowMs) },
    { title: 'how', cell: ({ resolution }) => resolution?.kind ?? null },
    { title: 'became', cell: ({ resolution }) => resolution?.became ?? null },
    { title: 'signal', cell: ({ signal }) => signal || null },
    { title: 'daemon', cell: ({ daemon }) => chalk.cyan(daemon) },
    { title: 'reason', cell: ({ resolution }) => resolution?.reason ?? null, flexible: true },
    { title: 'error', cell: ({ error }) => short(error), flexible: true },
  ];
  return renderTable(rows, columns, width());
}

/** Letters that something is done to: a line each, or where they are many how many of which signal and daemon. */
export class LettersMeant {
  readonly ids: string[] = [];
  readonly #views: LetterView[] = [];
  readonly #counts = new Map<string, number>();

  constructor(readonly quarantineAfter: number) {}

  add(letter: Letter): void {
    const { id, signalName, daemon } = letter;
    this.ids.push(id);
    if (this.#views.length < MEANT_SHOWN) this.#views.push(viewOf(letter, this.quarantineAfter));
    const name = `${signalName === '' ? 'no signal' : signalName} → ${daemon}`;
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  text(nowMs: number): string {
    if (this.ids.length <= MEANT_SHOWN) return lettersTable(this.#views, nowMs);
    return histogram('dead letters', Object.fromEntries(this.#counts));
  }
}

/** The queue in figures. */
export function statsText(stats: QueueStats, nowMs: number): string {
  const figures: [string, string | null][] = [
    ['open', chalk.bold(String(stats.open))],
    ['causes', String(stats.groups)],
    ['oldest', ageOf(stats.oldest, nowMs)],
    ['newest', ageOf(stats.newest, nowMs)],
    ['last hour', String(stats.last_hour)],
    ['last day', String(stats.last_day)],
    ['failed again', String(stats.failed_again)],
    ['quarantined', String(stats.quarantined)],
    ['process died', String(stats.process_died)],
    ...Object.entries(stats.by_shape).map(([shape, count]): [string, string] => [`${shape} rows`, String(count)]),
    ...Object.entries(stats.archived).map(([kind, count]): [string, string] => [`archived, ${kind}`, String(count)]),
  ];
  const table = renderTable(
    figures,
    [
      { title: '', cell: ([name]) => chalk.dim(name) },
      { title: '', cell: ([, value]) => value },
    ],
    { ...width(), heading: false },
  );
  const histograms = [histogram('by daemon', stats.by_daemon), histogram('by signal', stats.by_signal)];
  return stats.open === 0 ? table : [table, ...histograms].join('\n\n');
}

/** Counts by name, as bars. */
export function histogram(title: string, counts: Readonly<Record<string, number>>): string {
  const rows = Object.entries(counts);
  const most = Math.max(0, ...rows.map(([, count]) => count));
  return renderTable(
    rows,
    [
      { title, cell: ([name]) => name },
      { title: '', cell: ([, count]) => chalk.dim(bar(count, most)) },
      { title: 'count', cell: ([, count]) => String(count), align: 'right' },
    ],
    width(),
  );
}

function triesOf({ attempts, replay, quarantined, process_died }: LetterView): string {
  const marks = [
    ...(replay > 0 ? [chalk.yellow(`+${replay}↻`)] : []),
    ...(quarantined ? [chalk.red('quarantined')] : []),
    ...(process_died ? [chalk.red('died')] : []),
  ];
  return [String(attempts), ...marks].join(' ');
}

function affectedOf({ affected }: LetterGroup): string | null {
  const [first] = affected;
  return first === undefined ? null : `${first.what}${first.count > 1 ? ` ×${first.count}` : ''}`;
}

function ageOf(time: string | null, nowMs: number): string | null {
  return time === null ? null : formatAge(Date.parse(time), nowMs);
}

/** Whoever wrote the error must not be able to move the cursor of who reads it. */
function short(text: string): string {
  return shorten(terminalLine(cutText(text, MOST_LOOKED_AT).replaceAll(/\s+/g, ' ')), ERROR_SHOWN);
}

function width(): { widthColumns: number | undefined } {
  return { widthColumns: process.stdout.columns };
}
