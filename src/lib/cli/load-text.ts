import chalk from 'chalk';
import type { LoadReport } from '../load/judge.js';
import { colouredStatus } from './check-status.js';
import { formatDuration } from './formats.js';
import { renderTable, type Column } from './table.js';
import { timeChart } from './time-chart.js';

interface Row {
  what: string;
  value: string;
}

/** What this machine holds, the latency as bars, and how it compares. */
export function loadText(report: LoadReport, widthColumns: number | undefined): string {
  const { latency, targets } = report;
  const rows: Row[] = [
    { what: 'emitted one by one, durable', value: rate(report.emittedPerSecond) },
    { what: 'emitted in batches of 100, durable', value: rate(report.emittedInBatchesPerSecond) },
    { what: 'handled and answered, each durable', value: chalk.bold(rate(report.handledPerSecond)) },
    { what: `emit → handler at ${latency.rate} a second, p50`, value: formatDuration(latency.p50Ms) },
    { what: 'p90', value: formatDuration(latency.p90Ms) },
    { what: 'p99', value: formatDuration(latency.p99Ms) },
    { what: 'most', value: formatDuration(latency.maxMs) },
  ];
  const columns: Column<Row>[] = [
    { title: 'what', align: 'right', cell: ({ what }) => what },
    { title: 'this machine', cell: ({ value }) => value },
  ];
  const chart = timeChart(
    latency.bins.map((bin) => ({ ...bin, toMs: bin.toMs ?? Infinity })),
    0,
  );
  const target = chalk.dim(` (targets: ${targets.critical} at least, ${targets.warning} with room)`);
  const steps = report.next.map((step) => chalk.dim(`\n→ ${step}`)).join('');
  const verdict = `${chalk.bold(colouredStatus(report.status))}  ${report.why}${target}${steps}`;
  return [renderTable(rows, columns, { widthColumns, heading: false }), chart, verdict].join('\n\n');
}

function rate(perSecond: number): string {
  return `${perSecond.toLocaleString('en')}/s`;
}
