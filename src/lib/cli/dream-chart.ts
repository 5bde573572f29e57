import chalk from 'chalk';
import type { GenerationSummary } from '../dream/result.js';

const HEIGHT = 8;
const COLUMN = 3;

/** Best (●) and mean (·) of each generation; the best so far as a line. */
export function fitnessChart(history: readonly GenerationSummary[]): string {
  const values = history.flatMap(({ best, mean }) => [best, mean]).filter((value) => value !== null);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const rowOf = (value: number) =>
    high === low ? HEIGHT - 1 : Math.round(((value - low) / (high - low)) * (HEIGHT - 1));
  const lines = Array.from({ length: HEIGHT }, (_, index) => {
    const row = HEIGHT - 1 - index;
    const label = index === 0 ? high : row === 0 ? low : undefined;
    const cells = history.map((one, generation) =>
      cell(one, { row, rowOf, bestRow: rowOf(bestUntil(history, generation)) }),
    );
    return `${(label?.toFixed(2) ?? '').padStart(6)} ${chalk.dim('┤')}${cells.join('')}`;
  });
  const axis = history.map(({ generation }) => String(generation).padStart(COLUMN)).join('');
  return [
    ...lines,
    `${' '.repeat(8)}${chalk.dim(axis)}`,
    chalk.dim(`${' '.repeat(8)} ● best  · mean  ─ best so far`),
  ].join('\n');
}

interface Place {
  row: number;
  rowOf: (value: number) => number;
  bestRow: number;
}

function cell({ best, mean }: GenerationSummary, { row, rowOf, bestRow }: Place): string {
  if (best !== null && rowOf(best) === row) return chalk.green(' ●').padStart(COLUMN) + ' '.repeat(COLUMN - 2);
  if (mean !== null && rowOf(mean) === row) return ` ·${' '.repeat(COLUMN - 2)}`;
  return bestRow === row ? chalk.dim('─'.repeat(COLUMN)) : ' '.repeat(COLUMN);
}

function bestUntil(history: readonly GenerationSummary[], generation: number): number {
  return Math.max(...history.slice(0, generation + 1).map(({ best }) => best ?? -Infinity));
}
