import type { Element } from 'hast';
import { own } from '../base/own.js';
import type { EvaluationRow } from '../dream/cycle/evaluations.js';
import type { ExperimentResult, GenerationSummary } from '../dream/result.js';
import type { ChartPoint } from '../html/chart-frame.js';
import { barChart, lineChart, scatterChart } from '../html/charts.js';
import { part } from '../html/page.js';
import { folded, paragraph, table, type Column } from '../html/parts.js';
import { bestUntil, percent, wanted } from './dream-chart.js';
import { figure } from './dream-evaluation.js';
import { paramsText } from './dream-tables.js';

type ParetoPoint = ExperimentResult['pareto'][number];

/** Every chart of an experiment that there is something to draw for, each with its figures beside it. */
export function chartsOf(result: ExperimentResult, candidates: readonly EvaluationRow[]): Element[] {
  const { history, effects, pareto } = result;
  return [
    ...(history.some(({ best }) => best !== null) ? [fitnessPart(history)] : []),
    ...(effects.length > 0 ? [effectsPart(effects)] : []),
    ...(pareto.length > 1 ? [frontPart(result, candidates)] : []),
  ];
}

function fitnessPart(history: readonly GenerationSummary[]): Element {
  const pointOf = (name: string, generation: number, y: number): ChartPoint => ({
    x: generation,
    y: Math.max(0, y),
    text: `generation ${generation}: ${name} ${y.toFixed(3)}`,
  });
  const best = history.map(({ generation }, index) => pointOf('best so far', generation, bestUntil(history, index)));
  const means = history.flatMap(({ generation, mean }) => (mean === null ? [] : [pointOf('mean', generation, mean)]));
  const chart = lineChart({
    caption:
      'Fitness of the best candidate so far, and the mean of each generation; below 0, the worst of the usual, it is drawn at 0.',
    x: { label: 'generation', whole: true },
    y: { label: 'fitness' },
    series: [
      { name: 'best so far', points: best },
      { name: 'mean', points: means },
    ],
  });
  const column = (title: 'best' | 'mean' | 'worst') => ({
    title,
    cell: (row: GenerationSummary) => row[title]?.toFixed(3) ?? 'none',
    number: true,
  });
  const columns: Column<GenerationSummary>[] = [
    { title: 'generation', cell: ({ generation }) => generation, number: true },
    { title: 'candidates', cell: ({ evaluated }) => evaluated, number: true },
    { title: 'failed', cell: ({ failed }) => failed, number: true },
    ...[column('best'), column('mean'), column('worst')],
    { title: 'best candidate', cell: ({ best_id }) => best_id ?? '' },
  ];
  return part('Fitness over generations', chart, folded('Figures', table('Generations', columns, history)));
}

function effectsPart(effects: ExperimentResult['effects']): Element {
  const bars = effects.map(({ parameter, share, groups }) => ({
    label: parameter,
    value: share,
    text: `${percent(share).trim()}, best where ${groups[0]?.label ?? 'unknown'}`,
  }));
  const caption = 'Share of the order by fitness that the values of each parameter explain, among what was tried.';
  const rows = effects.flatMap(({ parameter, groups }) => groups.map((group) => ({ parameter, ...group })));
  const columns: Column<(typeof rows)[number]>[] = [
    { title: 'parameter', cell: ({ parameter }) => parameter },
    { title: 'values', cell: ({ label }) => label },
    { title: 'candidates', cell: ({ count }) => count, number: true },
    { title: 'median fitness', cell: ({ fitness }) => fitness.toFixed(3), number: true },
  ];
  return part(
    'What moved the fitness',
    barChart({ caption, most: 1, bars }),
    folded('Figures', table('Effects', columns, rows)),
  );
}

function frontPart(result: ExperimentResult, candidates: readonly EvaluationRow[]): Element {
  const { pareto } = result;
  const metrics = Object.keys(pareto[0]?.metrics ?? {});
  const columns: Column<ParetoPoint>[] = [
    { title: 'candidate', cell: ({ id }) => id },
    ...metrics.map((name) => ({
      title: name,
      cell: (point: ParetoPoint) => figure(own(point.metrics, name) ?? NaN),
      number: true,
    })),
    { title: 'fitness', cell: ({ fitness }) => fitness.toFixed(3), number: true },
    { title: 'parameters', cell: ({ params }) => paramsText(params) },
  ];
  return part(
    'Pareto front',
    paragraph('Nothing else that was tried is better than one of these in everything.'),
    ...frontChart(result, candidates),
    table('Pareto front', columns, pareto),
  );
}

/** Only two objectives make a plane. */
function frontChart({ pareto, objectives }: ExperimentResult, candidates: readonly EvaluationRow[]): Element[] {
  const [x, y, third] = objectives;
  if (x === undefined || y === undefined || third !== undefined) return [];
  const pointOf = ({ id, params, metrics }: Pick<ParetoPoint, 'id' | 'params' | 'metrics'>): ChartPoint => {
    const [atX, atY] = [own(metrics, x.metric) ?? NaN, own(metrics, y.metric) ?? NaN];
    return { x: atX, y: atY, text: `${id}: ${figure(atX)}, ${figure(atY)} (${paramsText(params)})` };
  };
  const front = new Set(pareto.map(({ id }) => id));
  const others = candidates.flatMap(({ id, params, evaluation }) =>
    evaluation.ok && !front.has(id) ? [pointOf({ id, params, metrics: evaluation.metrics })] : [],
  );
  const chart = scatterChart({
    caption: `${wanted(y)} against ${wanted(x)}.`,
    x: { label: wanted(x), mayBeLog: true },
    y: { label: wanted(y), mayBeLog: true },
    series: [
      { name: 'front', points: pareto.map(pointOf) },
      { name: 'others that were tried', points: others, faint: true },
    ],
  });
  return [chart];
}
