import chalk from 'chalk';
import { own } from '../base/own.js';
import type { Evaluation, EvaluationFailure } from '../dream/evaluation.js';
import type { Experiment } from '../dream/experiment.js';
import { formatDuration } from './formats.js';
import { renderTable } from './table.js';

const DIGITS = 5;
const STDERR_LINES = 12;
const WANTED = { up: 'more', down: 'less', neutral: 'either' } as const;

/** What an evaluator measured, or why it failed with the end of its stderr. */
export function evaluationText(
  { metrics: { target_direction: directions } }: Experiment,
  evaluation: Evaluation,
): string {
  const runs = `${evaluation.runs} ${evaluation.runs === 1 ? 'run' : 'runs'} in ${formatDuration(evaluation.durationMs)}`;
  if (!evaluation.ok) return failureText(evaluation.failure);
  const { spread } = evaluation;
  const columns = [
    { title: 'metric', cell: ([name]: [string, number]) => name },
    { title: 'wanted', cell: ([name]: [string, number]) => WANTED[own(directions, name) ?? 'neutral'] },
    { title: 'value', cell: ([, value]: [string, number]) => figure(value), align: 'right' as const },
    {
      title: 'spread',
      cell: ([name]: [string, number]) => `± ${figure(own(spread, name) ?? 0)}`,
      align: 'right' as const,
    },
  ];
  return `${renderTable(Object.entries(evaluation.metrics), columns, { widthColumns: undefined })}\n${chalk.dim(runs)}`;
}

/** A figure with as many digits as say something. */
export function figure(value: number): string {
  return String(Number(value.toPrecision(DIGITS)));
}

function failureText({ error_type, error_message, stderr }: EvaluationFailure): string {
  const lines = stderr.trim().split('\n').slice(-STDERR_LINES);
  const shown = stderr.trim() === '' ? '' : `\n${chalk.dim(lines.map((line) => `  ${line}`).join('\n'))}`;
  return `${chalk.red(error_type)}: ${error_message}${shown}`;
}
