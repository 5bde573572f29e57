import chalk from 'chalk';
import type { DreamResult, ExperimentResult } from '../dream/result.js';
import { fitnessChart } from './dream-chart.js';
import { figure } from './dream-evaluation.js';
import { improvementText, paramsText } from './dream-tables.js';
import { formatDuration } from './formats.js';
import { renderTable } from './table.js';

const FRONT = 8;

/** A cycle for people: what won and by how much, the fitness over the generations, and the Pareto front. */
export function resultPage(result: DreamResult, widthColumns: number | undefined): string {
  const took = formatDuration(result.duration_seconds * 1_000);
  const counts = `${result.mutations_generated} candidates in ${result.generations} generations, ${took}, seed ${result.seed}`;
  const head = `${chalk.bold(result.cycle_id)}  ${chalk.dim(counts)}`;
  const failure =
    result.failure === null ? [] : [`${chalk.red(result.failure.error_type)} ${result.failure.error_message}`];
  return [head, ...failure, ...result.experiments.map((one) => experimentPart(one, widthColumns))].join('\n\n');
}

function experimentPart(result: ExperimentResult, widthColumns: number | undefined): string {
  const title = `${chalk.bold(result.experiment)}  ${chalk.dim(`ended by ${result.ended_by}`)}`;
  const alarms = result.alarms.map((alarm) => chalk.yellow(`! ${alarm}`));
  const failure =
    result.failure === null ? [] : [`${chalk.red(result.failure.error_type)} ${result.failure.error_message}`];
  const chart = result.history.some(({ best }) => best !== null)
    ? [`Fitness over generations\n${fitnessChart(result.history)}`]
    : [];
  const front =
    result.pareto.length > 1
      ? [`Pareto front: nothing else is better in everything\n${frontTable(result, widthColumns)}`]
      : [];
  return [[title, ...alarms, ...failure, verdict(result)].join('\n'), ...chart, ...front].join('\n\n');
}

function verdict({ winner, baseline, fitness_improvement, failure }: ExperimentResult): string {
  if (failure !== null) return chalk.dim('no winner');
  if (winner === null) {
    const nearest =
      fitness_improvement === null ? '' : `; the champion came to ${improvementText(fitness_improvement)}`;
    return `Nothing is better than what is in use${nearest}`;
  }
  const rows = Object.keys(winner.metrics);
  const columns = [
    { title: 'metric', cell: (name: string) => name },
    { title: 'in use', cell: (name: string) => figure(baseline?.metrics[name] ?? NaN), align: 'right' as const },
    { title: 'winner', cell: (name: string) => figure(winner.metrics[name] ?? NaN), align: 'right' as const },
    { title: 'spread', cell: (name: string) => `± ${figure(winner.spread[name] ?? 0)}`, align: 'right' as const },
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
      cell: (point: Point) => figure(point.metrics[name] ?? NaN),
      align: 'right' as const,
    })),
    { title: 'fitness', cell: ({ fitness }: Point) => fitness.toFixed(3), align: 'right' as const },
    { title: 'parameters', cell: ({ params }: Point) => paramsText(params), flexible: true },
  ];
  const more = pareto.length > FRONT ? chalk.dim(`\n${pareto.length - FRONT} more with --json`) : '';
  return `${renderTable(pareto.slice(0, FRONT), columns, { widthColumns })}${more}`;
}
