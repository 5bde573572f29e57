import chalk from 'chalk';
import type { Bin } from '../base/histogram.js';
import { formatDuration } from './formats.js';

const WIDTH = 40;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** How often a time lay between two bounds, a bar each; what lies beyond the target is red. */
export function timeChart(bins: readonly Bin[], targetMs: number): string {
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const rows = bins.map(({ fromMs, toMs, count }) => ({ bounds: boundsOf(fromMs, toMs), count, fromMs }));
  const [labelWidth, countWidth] = [widthOf(rows.map(({ bounds }) => bounds)), String(most).length];
  return rows
    .map(({ bounds, count, fromMs }) => {
      const bar = barOf(count / most);
      const colour = targetMs > 0 && fromMs >= targetMs ? chalk.red : chalk.cyan;
      return `${bounds.padStart(labelWidth)}  ${String(count).padStart(countWidth)} ${colour(bar)}`.trimEnd();
    })
    .join('\n');
}

function boundsOf(fromMs: number, toMs: number): string {
  return Number.isFinite(toMs) ? `${formatDuration(fromMs)} – ${formatDuration(toMs)}` : `${formatDuration(fromMs)} –`;
}

function widthOf(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(({ length }) => length));
}

/** What is there at all is never drawn as nothing. */
function barOf(share: number): string {
  const eighths = share === 0 ? 0 : Math.max(1, Math.round(share * WIDTH * EIGHTHS.length));
  return '█'.repeat(Math.floor(eighths / EIGHTHS.length)) + (EIGHTHS[eighths % EIGHTHS.length] ?? '');
}
