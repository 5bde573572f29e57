import chalk from 'chalk';
import { terminalLine } from '../base/terminal-text.js';
import type { CheckRow, HealthReport } from '../health/run-checks.js';
import { colouredStatus } from './check-status.js';
import { renderTable } from './table.js';

/** A report for people: one line a check, what to do below those that are not well, and the sum of it. */
export function healthTable(report: HealthReport, widthColumns: number | undefined): string {
  const table = report.checks.length === 0 ? '' : `${checksTable(report.checks, widthColumns)}\n\n`;
  return `${table}${sumOf(report)}`;
}

/** What checks found, and below each that is not well what to do. */
export function checksTable(checks: readonly CheckRow[], widthColumns: number | undefined): string {
  const columns = [
    { title: 'check', cell: ({ check }: CheckRow) => check },
    { title: 'is', cell: ({ status }: CheckRow) => colouredStatus(status) },
    { title: 'because', cell: becauseOf, flexible: true },
  ];
  return renderTable(checks, columns, { widthColumns });
}

function becauseOf({ why, next }: CheckRow): string {
  const steps = next.map((step) => chalk.dim(`→ ${step}`));
  return [terminalLine(why), ...steps].join('\n');
}

function sumOf({ status, checks }: HealthReport): string {
  const counts = (['CRITICAL', 'WARNING', 'UNKNOWN', 'OK'] as const)
    .map((one) => ({ one, count: checks.filter((row) => row.status === one).length }))
    .filter(({ count }) => count > 0)
    .map(({ one, count }) => `${count} ${one}`);
  return `${chalk.bold(colouredStatus(status))}  ${counts.join(', ') || 'nothing to show'}`;
}
