import { formatAge, formatDuration } from '../base/formats.js';
import { isoTimestamp } from '../base/clock.js';
import { own } from '../base/own.js';
import { sumOfBins } from '../figures/bins.js';
import type { Figures } from '../figures/figures.js';
import type { CheckStatus } from '../health/check.js';
import type { CheckRow } from '../health/run-checks.js';
import { htmlPage, part, section } from '../html/page.js';
import { facts, notice, paragraph, table, type Tone } from '../html/parts.js';
import { flowChart, shareText, timesChart } from './charts.js';
import type { ReportData } from './gather.js';

const TONE: Record<CheckStatus, Tone> = { OK: 'good', WARNING: 'warn', CRITICAL: 'bad', UNKNOWN: 'quiet' };
/** Stands where the drawing goes, which is made elsewhere as a whole. */
const DRAWING = 'the-drawing-of-the-topology';

/** The colony as one page that needs nothing besides itself. */
export function reportHtml(data: ReportData): string {
  const { home, nowMs, topology } = data;
  const page = htmlPage({
    title: 'The colony',
    subtitle: `${home}, ${isoTimestamp(nowMs)}`,
    sections: [
      overview(data),
      healthSection(data),
      section('Flow of the last day', flowChart(data.hours, nowMs)),
      timesSection(data.figures),
      section('Who says what to whom', paragraph(DRAWING)),
      deadLetterSection(data),
      actsSection(data),
    ],
    footer: `Written by kloros report --html, ${isoTimestamp(nowMs)}.`,
  });
  return page.replace(`<p>${DRAWING}</p>`, () => drawing(topology));
}

/**
 * Graphviz escapes the text in it; its declaration belongs to a file of its own. In its own size it can be read, and it
 * scrolls within itself, by keyboard too; it is black on white in the dark as well.
 */
function drawing(svg: string): string {
  const inner = svg.slice(svg.indexOf('<svg'));
  return `<div class="scroll" role="region" aria-label="Drawing of who says what to whom" tabindex="0">${inner}</div>`;
}

function overview({ health, hours, groups, figures }: ReportData) {
  const open = groups.reduce((sum, { count }) => sum + count, 0);
  const handled = figures.reduce((sum, { attempts }) => sum + attempts.handled, 0);
  return section(
    'At a glance',
    facts([
      { name: 'health', value: health.status, tone: TONE[health.status] },
      { name: 'signals in the last day', value: String(hours.reduce((sum, { count }) => sum + count, 0)) },
      { name: 'open dead letters', value: String(open), tone: open === 0 ? 'good' : 'warn' },
      { name: 'handled since the home exists', value: String(handled) },
    ]),
  );
}

function healthSection({ health }: ReportData) {
  const columns = [
    { title: 'check', cell: ({ check }: CheckRow) => check },
    { title: 'is', cell: ({ status }: CheckRow) => status },
    { title: 'because', cell: ({ why }: CheckRow) => why },
    { title: 'what to do', cell: ({ next }: CheckRow) => next.join('; ') },
  ];
  const bad = health.checks.filter(({ status }) => status === 'CRITICAL' || status === 'WARNING');
  return section(
    'Health',
    ...bad.map(({ check, status, why }) => notice(TONE[status], `${check}: ${why}`)),
    table('Every check', columns, health.checks),
  );
}

function timesSection(figures: readonly Figures[]) {
  const rows = [...new Set(figures.map(({ daemon }) => daemon))].sort().map((daemon) => {
    const own = figures.filter((one) => one.daemon === daemon);
    const [handling, waiting] = [own.map((one) => one.handling), own.map((one) => one.waiting)].map(sumOfBins);
    return { daemon, handling, waiting, count: own.reduce((sum, { attempts }) => sum + attempts.handled, 0) };
  });
  type Row = (typeof rows)[number];
  const share = (which: 'handling' | 'waiting', of: number) => (row: Row) =>
    row[which] ? shareText(row[which], of) : '';
  const columns = [
    { title: 'daemon', cell: ({ daemon }: Row) => daemon },
    { title: 'handled', number: true, cell: ({ count }: Row) => String(count) },
    { title: 'handling, half', cell: share('handling', 0.5) },
    { title: 'handling, 99 of 100', cell: share('handling', 0.99) },
    { title: 'wait, half', cell: share('waiting', 0.5) },
    { title: 'wait, 99 of 100', cell: share('waiting', 0.99) },
  ];
  if (rows.length === 0)
    return section(
      'Latency',
      paragraph('No daemon has counted anything yet; each writes down what it did every ten seconds.'),
    );
  return section(
    'Latency',
    part('Handling', timesChart(figures, 'handling', 'Attempts by the time that the handler took.')),
    part('Waiting', timesChart(figures, 'waiting', 'First attempts by the time that the signal had waited.')),
    part('By daemon', table('Times of each daemon', columns, rows)),
  );
}

function deadLetterSection({ groups }: ReportData) {
  type Row = ReportData['groups'][number];
  if (groups.length === 0) return section('Open dead letters', paragraph('None.'));
  const columns = [
    { title: 'cause', cell: ({ pattern }: Row) => pattern },
    { title: 'count', number: true, cell: ({ count }: Row) => String(count) },
    { title: 'daemon', cell: ({ daemon }: Row) => daemon },
    { title: 'signal', cell: ({ signal }: Row) => signal },
    { title: 'oldest', cell: (row: Row) => (row.oldest_age_ms === null ? '' : formatDuration(row.oldest_age_ms)) },
    { title: 'what to do', cell: ({ group }: Row) => `kloros dlq replay --group ${group} --dry-run` },
  ];
  return section('Open dead letters', table('Dead letters by cause', columns, groups));
}

function actsSection({ acts, nowMs }: ReportData) {
  type Row = ReportData['acts'][number];
  if (acts.length === 0) return section('What it did by itself', paragraph('Nothing yet.'));
  const columns = [
    { title: 'when', cell: ({ ts }: Row) => formatAge(ts * 1000, nowMs) },
    { title: 'what', cell: ({ signal }: Row) => signal },
    { title: 'by', cell: ({ source }: Row) => source },
    { title: 'about', cell: ({ facts: all }: Row) => aboutOf(all) },
    { title: 'why', cell: ({ id }: Row) => `kloros trace ${id}` },
  ];
  return section('What it did by itself', table('Acts, the newest first', columns, acts));
}

const NAMES = ['module_name', 'winner_id', 'cycle_id', 'investigation_id', 'reason'];

function aboutOf(all: Row): string {
  return NAMES.map((name) => own(all, name)).find((value) => typeof value === 'string') ?? '';
}

type Row = ReportData['acts'][number]['facts'];
