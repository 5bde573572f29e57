import chalk from 'chalk';
import type { HopName, HopTimes } from '../latency/answers.js';
import type { LatencyReport } from '../latency/judge.js';
import { colouredStatus } from './check-status.js';
import { formatDuration } from './formats.js';
import { renderTable, type Column } from './table.js';
import { timeChart } from './time-chart.js';

const WORDS: Record<HopName, string> = {
  routed: 'file → question on the bus',
  queued: 'waits, is recorded and said',
  investigated: 'is investigated',
  whole: 'file → answer',
  heard: 'answer → heard here',
};

/** What probes took: hop by hop, the whole as bars, and how it compares. */
export function latencyText(report: LatencyReport, widthColumns: number | undefined): string {
  const columns: Column<HopTimes>[] = [
    { title: 'way', cell: ({ hop }) => (hop === 'whole' ? chalk.bold(WORDS[hop]) : WORDS[hop]) },
    time('least', ({ minMs }) => minMs),
    time('p50', ({ p50Ms }) => p50Ms),
    time('p90', ({ p90Ms }) => p90Ms),
    time('p99', ({ p99Ms }) => p99Ms),
    time('most', ({ maxMs }) => maxMs),
  ];
  const table = report.answered === 0 ? [] : [renderTable(report.hops, columns, { widthColumns })];
  const chart = report.answered === 0 ? [] : [timeChart(report.bins, report.targetMs)];
  return [...table, ...chart, verdictOf(report)].join('\n\n');
}

function time(title: string, msOf: (row: HopTimes) => number): Column<HopTimes> {
  return { title, align: 'right', cell: (row) => formatDuration(msOf(row)) };
}

function verdictOf({ status, why, next, targetMs }: LatencyReport): string {
  const target = targetMs > 0 ? chalk.dim(` (target: under ${formatDuration(targetMs)})`) : '';
  const steps = next.map((step) => chalk.dim(`\n→ ${step}`)).join('');
  return `${chalk.bold(colouredStatus(status))}  ${why.replaceAll(/\p{Cc}/gu, ' ')}${target}${steps}`;
}
