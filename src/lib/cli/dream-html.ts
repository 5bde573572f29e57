import { isoTimestamp } from '../base/clock.js';
import { own } from '../base/own.js';
import type { EvaluationRow } from '../dream/cycle/evaluations.js';
import {
  failureBeside,
  type DreamFailure,
  type DreamResult,
  type ExperimentResult,
  type FailureGroup,
} from '../dream/result.js';
import { htmlPage, part, section } from '../html/page.js';
import { facts, notice, paragraph, table, type Column } from '../html/parts.js';
import { figure } from './dream-evaluation.js';
import { chartsOf } from './dream-html-charts.js';
import { improvementText, nothingBetter, paramsText } from './dream-tables.js';
import { formatDuration } from './formats.js';

/** A cycle as one page that needs nothing besides itself. */
export function dreamHtml(result: DreamResult, candidates: readonly EvaluationRow[], nowMs: number): string {
  const { cycle_id, trigger_reason, failure, experiments } = result;
  const head = section(
    'The cycle',
    ...(failure === null ? [] : [notice('bad', `${failure.error_type}: ${failure.error_message}`)]),
    facts([
      { name: 'outcome', value: result.success ? 'done' : 'failed', tone: result.success ? 'good' : 'bad' },
      { name: 'candidates', value: String(result.mutations_generated) },
      { name: 'generations', value: String(result.generations) },
      { name: 'took', value: formatDuration(result.duration_seconds * 1_000) },
      { name: 'seed', value: String(result.seed) },
    ]),
  );
  return htmlPage({
    title: `D-REAM cycle ${cycle_id}`,
    subtitle: `${result.started_at} to ${result.ended_at}; asked for because: ${trigger_reason}`,
    sections: [head, ...experiments.map((one) => experimentSection(one, failureBeside(failure, one), candidates))],
    footer: `Written by kloros dream show --html, ${isoTimestamp(nowMs)}.`,
  });
}

function experimentSection(
  result: ExperimentResult,
  failure: DreamFailure | null,
  candidates: readonly EvaluationRow[],
) {
  const { experiment, alarms } = result;
  return section(
    experiment,
    ...alarms.map((alarm) => notice('warn', alarm)),
    ...(failure === null ? [] : [notice('bad', `${failure.error_type}: ${failure.error_message}`)]),
    ...verdict(result),
    ...failuresPart(result.failures),
    ...chartsOf(
      result,
      candidates.filter((row) => row.experiment === experiment),
    ),
  );
}

function failuresPart(failures: readonly FailureGroup[]) {
  if (failures.length === 0) return [];
  const columns: Column<FailureGroup>[] = [
    { title: 'how', cell: ({ error_type }) => error_type },
    { title: 'how many', cell: ({ count }) => count, number: true },
    { title: 'the first', cell: ({ candidate }) => candidate },
    { title: 'what happened', cell: ({ error_message }) => error_message },
    { title: 'the end of its stderr', cell: ({ stderr }) => stderr.trim() },
  ];
  return [part('Candidates that failed', table('Candidates that failed', columns, failures))];
}

function verdict({ winner, baseline, failure, fitness_improvement, ended_by }: ExperimentResult) {
  if (failure !== null) return [paragraph(`No winner; the search ended by ${ended_by}.`)];
  if (winner === null) {
    return [paragraph(`${nothingBetter(fitness_improvement)}. The search ended by ${ended_by}.`)];
  }
  const rows = Object.keys(winner.metrics);
  return [
    facts([
      { name: 'against what is in use', value: improvementText(fitness_improvement), tone: 'good' },
      { name: 'winner', value: winner.id },
      { name: 'the search ended by', value: ended_by },
    ]),
    paragraph(`Its parameters: ${paramsText(winner.params)}`),
    table(
      'The winner against what is in use',
      [
        { title: 'metric', cell: (name: string) => name },
        { title: 'in use', cell: (name: string) => figure(own(baseline?.metrics, name) ?? NaN), number: true },
        { title: 'winner', cell: (name: string) => figure(own(winner.metrics, name) ?? NaN), number: true },
        { title: 'spread', cell: (name: string) => `± ${figure(own(winner.spread, name) ?? 0)}`, number: true },
      ],
      rows,
    ),
  ];
}
