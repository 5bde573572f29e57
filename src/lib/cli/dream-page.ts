import chalk from 'chalk';
import { own } from '../base/own.js';
import {
  failureBeside,
  type DreamFailure,
  type DreamResult,
  type ExperimentResult,
  type FailureGroup,
} from '../dream/result.js';
import type { EvaluationRow } from '../dream/cycle/evaluations.js';
import { effectsTable, fitnessChart, paretoChart } from './dream-chart.js';
import { figure } from './dream-evaluation.js';
import { improvementText, nothingBetter, paramsText } from './dream-tables.js';
import { formatDuration } from './formats.js';
import { renderTable } from './table.js';

const FRONT = 8;

/** Where a cycle is shown, and every candidate that it judged. */
export interface ResultView {
  widthColumns: number | undefined;
  candidates: readonly EvaluationRow[];
}

/** A cycle for people: what won and by how much, the fitness over the generations, what moved it, and the Pareto front. */
export function resultPage(result: DreamResult, view: ResultView): string {
  const took = formatDuration(result.duration_seconds * 1_000);
  const counts = `${result.mutations_generated} candidates in ${result.generations} generations, ${took}, seed ${result.seed}`;
  const head = `${chalk.bold(result.cycle_id)}  ${chalk.dim(counts)}`;
  const parts = result.experiments.map((one) => experimentPart(one, failureBeside(result.failure, one), view));
  return [head, ...failureLine(result.failure), ...parts].join('\n\n');
}

function experimentPart(result: ExperimentResult, failure: DreamFailure | null, view: ResultView): string {
  const title = `${chalk.bold(result.experiment)}  ${chalk.dim(`ended by ${result.ended_by}`)}`;
  const alarms = result.alarms.map((alarm) => chalk.yellow(`! ${alarm}`));
  const head = [title, ...alarms, ...failureLine(failure), verdict(result)].join('\n');
  return [head, ...charts(result, view)].join('\n\n');
}

function charts(result: ExperimentResult, { widthColumns, candidates }: ResultView): string[] {
  const { history, effects, pareto, objectives, experiment, failures } = result;
  const parts: string[] = [];
  const titled = (title: string, ...content: string[]) => parts.push([chalk.bold(title), ...content].join('\n'));
  if (failures.length > 0) titled('Candidates that failed', failureTable(failures, widthColumns));
  if (history.some(({ best }) => best !== null))
    titled('Fitness over generations', fitnessChart(history, widthColumns));
  if (effects.length > 0) titled('What moved the fitness', effectsTable(effects, widthColumns));
  if (pareto.length > 1) {
    const plotted =
      objectives.length === 2 ? [paretoChart(result, othersOf(candidates, experiment), widthColumns)] : [];
    titled('Pareto front: nothing else is better in everything', ...plotted, frontTable(result, widthColumns));
  }
  return parts;
}

const STDERR_LINES = 3;

function failureTable(failures: readonly FailureGroup[], widthColumns: number | undefined): string {
  const sample = ({ error_message, stderr }: FailureGroup) =>
    [
      error_message,
      ...stderr
        .trim()
        .split('\n')
        .slice(-STDERR_LINES)
        .map((line) => chalk.dim(line)),
    ]
      .join('\n')
      .trim();
  const columns = [
    { title: 'how', cell: ({ error_type }: FailureGroup) => chalk.red(error_type) },
    { title: 'how many', cell: ({ count }: FailureGroup) => String(count), align: 'right' as const },
    { title: 'the first', cell: ({ candidate }: FailureGroup) => candidate },
    { title: 'what it said', cell: sample, flexible: true },
  ];
  return renderTable(failures, columns, { widthColumns });
}

function othersOf(candidates: readonly EvaluationRow[], name: string) {
  return candidates.flatMap(({ experiment, evaluation }) =>
    experiment === name && evaluation.ok ? [evaluation.metrics] : [],
  );
}

function failureLine(failure: DreamFailure | null): string[] {
  return failure === null ? [] : [`${chalk.red(failure.error_type)} ${failure.error_message}`];
}

function verdict({ winner, baseline, fitness_improvement, failure }: ExperimentResult): string {
  if (failure !== null) return chalk.dim('no winner');
  if (winner === null) {
    return nothingBetter(fitness_improvement);
  }
  const rows = Object.keys(winner.metrics);
  const columns = [
    { title: 'metric', cell: (name: string) => name },
    { title: 'in use', cell: (name: string) => figure(own(baseline?.metrics, name) ?? NaN), align: 'right' as const },
    { title: 'winner', cell: (name: string) => figure(own(winner.metrics, name) ?? NaN), align: 'right' as const },
    { title: 'spread', cell: (name: string) => `± ${figure(own(winner.spread, name) ?? 0)}`, align: 'right' as const },
  ];
  const head = `${chalk.green(improvementText(fitness_improvement))} by ${chalk.bold(winner.id)}: ${paramsText(winner.params)}`;
  return `${head}\n${renderTable(rows, columns, { widthColumns: undefined })}`;
}

function frontTable({ pareto, winner }: ExperimentResult, widthColumns: number | undefined): string {
  type Point = ExperimentResult['pareto'][number];
  const metrics = Object.keys(pareto[0]?.metrics ?? {});
  const columns = [
    { title: 'candidate', cell: ({ id }: Point) => (id === winner?.id ? chalk.green(id) : id) },
    ...metrics.map((name) => ({
      title: name,
      cell: (point: Point) => figure(own(point.metrics, name) ?? NaN),
      align: 'right' as const,
    })),
    { title: 'fitness', cell: ({ fitness }: Point) => fitness.toFixed(3), align: 'right' as const },
    { title: 'parameters', cell: ({ params }: Point) => paramsText(params), flexible: true },
  ];
  const more = pareto.length > FRONT ? chalk.dim(`\n${pareto.length - FRONT} more with --json`) : '';
  return `${renderTable(pareto.slice(0, FRONT), columns, { widthColumns })}${more}`;
}
