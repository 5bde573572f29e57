import chalk from 'chalk';
import type { ExperimentOverview } from '../dream/overview.js';
import type { Params } from '../dream/parameter.js';
import { failureBeside, type DreamFailure, type DreamResult, type ExperimentResult } from '../dream/result.js';
import type { WinnerRow } from '../dream/winners.js';
import { formatAge, formatDuration } from './formats.js';
import { renderTable } from './table.js';

/** Experiments, one a row; what keeps one from running stands in place of its state. */
export function experimentTable(rows: readonly ExperimentOverview[], widthColumns: number | undefined): string {
  const columns = [
    { title: 'experiment', cell: ({ name }: ExperimentOverview) => chalk.bold(name) },
    { title: 'state', cell: stateOf },
    { title: 'parameters', cell: ({ parameters }: ExperimentOverview) => pairs(parameters, ': ').join('\n') },
    { title: 'metrics', cell: ({ metrics }: ExperimentOverview) => metricsText(metrics) },
    { title: 'in use', cell: baselineText, flexible: true },
  ];
  return renderTable(rows, columns, { widthColumns });
}

/** Parameters in one line: `codec=gzip level=6`. */
export function paramsText(params: Params): string {
  return pairs(params, '=').join(' ');
}

function stateOf({ enabled, problem }: ExperimentOverview): string {
  if (problem !== null) return chalk.red(problem);
  return enabled ? chalk.green('ready') : chalk.dim('disabled');
}

const ARROWS = { up: '↑', down: '↓', neutral: '·' } as const;

function metricsText(metrics: ExperimentOverview['metrics']): string {
  return Object.entries(metrics)
    .map(([name, direction]) => `${ARROWS[direction]} ${name}`)
    .join('\n');
}

function baselineText({ baseline }: ExperimentOverview): string {
  return `${pairs(baseline.params, '=').join('\n')}\n${chalk.dim(baseline.from)}`;
}

function pairs(row: Record<string, unknown>, between: string): string[] {
  return Object.entries(row).map(([name, value]) => `${name}${between}${String(value)}`);
}

/** Cycles, one a row; each experiment of a cycle on a line of its own. */
export function cycleTable(results: readonly DreamResult[], nowMs: number, widthColumns: number | undefined): string {
  const columns = [
    { title: 'cycle', cell: ({ cycle_id }: DreamResult) => cycle_id },
    { title: 'ended', cell: ({ ended_at }: DreamResult) => formatAge(Date.parse(ended_at), nowMs) },
    { title: 'took', cell: ({ duration_seconds }: DreamResult) => formatDuration(duration_seconds * 1_000) },
    { title: 'candidates', cell: ({ mutations_generated }: DreamResult) => String(mutations_generated) },
    { title: 'outcome', cell: outcomeText, flexible: true },
  ];
  return renderTable(results, columns, { widthColumns });
}

function outcomeText({ failure, experiments }: DreamResult): string {
  const lines = experiments.map((one) => experimentOutcome(one, failureBeside(failure, one)));
  return [...(failure === null ? [] : [failureText(failure)]), ...lines].join('\n');
}

/** What became of an experiment in one line. */
function experimentOutcome(
  { experiment, failure, winner, fitness_improvement }: ExperimentResult,
  beside: DreamFailure | null,
): string {
  if (beside !== null) return `${experiment}: ${failureText(beside)}`;
  if (failure !== null) return `${experiment}: ${chalk.dim('no winner')}`;
  if (winner === null) return `${experiment}: ${chalk.dim('nothing better than what is in use')}`;
  return `${experiment}: ${chalk.green(improvementText(fitness_improvement))} by ${winner.id}`;
}

function failureText({ error_type, error_message }: { error_type: string; error_message: string }): string {
  return `${chalk.red(error_type)} ${error_message}`;
}

/** `+12.3 %` */
export function improvementText(improvement: number | null): string {
  if (improvement === null) return 'unknown';
  return `${improvement < 0 ? '' : '+'}${(improvement * 100).toFixed(1)} %`;
}

/** Why there is no winner. A champion that measured better and did not win was not told from noise by its runs. */
export function nothingBetter(improvement: number | null): string {
  const nothing = 'Nothing is better than what is in use';
  if (improvement === null) return nothing;
  const noise = improvement > 0 ? ', which its runs do not tell from noise' : '';
  return `${nothing}; the champion came to ${improvementText(improvement)}${noise}`;
}

/** Winners, one a row. */
export function winnerTable(rows: readonly WinnerRow[], widthColumns: number | undefined): string {
  const columns = [
    { title: 'experiment', cell: ({ experiment }: WinnerRow) => chalk.bold(experiment) },
    { title: 'winner', cell: ({ winner_id }: WinnerRow) => winner_id },
    { title: 'gain', cell: (row: WinnerRow) => improvementText(row.fitness_improvement), align: 'right' as const },
    { title: 'parameters', cell: ({ best }: WinnerRow) => paramsText(best.params), flexible: true },
    { title: 'cycle', cell: ({ cycle_id }: WinnerRow) => cycle_id },
  ];
  return renderTable(rows, columns, { widthColumns });
}
