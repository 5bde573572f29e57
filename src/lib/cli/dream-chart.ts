import chalk from 'chalk';
import plot, { type Settings } from 'simple-ascii-chart';
import { own } from '../base/own.js';
import type { ExperimentResult, GenerationSummary } from '../dream/result.js';
import { bar } from './progress-line.js';
import { renderTable } from './table.js';

const WIDTH = 60;
const LEAST_WIDTH = 20;
/** Room for the labels of the axis on the left. */
const MARGIN = 16;
const HEIGHT = 10;
const BAR_WIDTH = 20;

type Point = [x: number, y: number];
type Metrics = Readonly<Record<string, number>>;

/** Best so far and mean of each generation, as lines; a mean below 0, the worst of the usual, is drawn at 0. */
export function fitnessChart(history: readonly GenerationSummary[], widthColumns: number | undefined): string {
  const best = history.map(({ generation }, index): Point => [generation, bestUntil(history, index)]);
  const means = history.flatMap(({ generation, mean }): Point[] =>
    mean === null ? [] : [[generation, Math.max(0, mean)]],
  );
  const y = axisOf([...best, ...means].map(([, value]) => value));
  return drawn([best, means], {
    ...sizeFor(widthColumns),
    xLabel: 'generation',
    customYAxisTicks: y.ticks,
    legend: { position: 'bottom', series: ['best so far', 'mean'] },
    formatter: (value, { axis }) => (axis === 'x' ? whole(value) : value.toFixed(2)),
  });
}

/** Two metrics against each other: the front before all others that were tried. */
export function paretoChart(
  { pareto, objectives }: ExperimentResult,
  others: readonly Metrics[],
  widthColumns: number | undefined,
): string {
  const [xMetric, yMetric] = objectives;
  if (xMetric === undefined || yMetric === undefined) return '';
  const all = [...pareto.map(({ metrics }) => metrics), ...others];
  const x = axisOf(all.map((metrics) => own(metrics, xMetric.metric) ?? 0));
  const y = axisOf(all.map((metrics) => own(metrics, yMetric.metric) ?? 0));
  const pointOf = (metrics: Metrics): Point => [
    x.at(own(metrics, xMetric.metric) ?? 0),
    y.at(own(metrics, yMetric.metric) ?? 0),
  ];
  const front = pareto.map(({ metrics }) => pointOf(metrics));
  return drawn(
    [others.map(pointOf), front].filter((points) => points.length > 0),
    {
      ...sizeFor(widthColumns),
      customXAxisTicks: x.ticks,
      customYAxisTicks: y.ticks,
      title: wanted(yMetric),
      xLabel: `${wanted(xMetric)};  ● front  · others that were tried`,
      formatter: (value, { axis }) => (axis === 'x' ? x : y).text(value),
      lineFormatter: ({ plotX, plotY, x: atX, y: atY }) => ({
        x: plotX,
        y: plotY,
        symbol: front.some(([ofX, ofY]) => ofX === atX && ofY === atY) ? chalk.green('●') : '·',
      }),
    },
  );
}

/** Span from which on values are drawn by their logarithm, or most would lie in one corner. */
const WIDE = 100;

/** Where values lie on an axis, and three marks on it. */
function axisOf(values: readonly number[]) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const isLog = low > 0 && high / low >= WIDE;
  const at = isLog ? Math.log10 : (value: number) => value;
  const ticks = [at(low), (at(low) + at(high)) / 2, at(high)];
  return { at, ticks: [...new Set(ticks)], text: (value: number) => short(isLog ? 10 ** value : value) };
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}

function whole(value: number): string {
  return Number.isInteger(value) ? String(value) : '';
}

/** Which parameter moved the fitness how much, the strongest first. */
export function effectsTable(effects: ExperimentResult['effects'], widthColumns: number | undefined): string {
  type Effect = ExperimentResult['effects'][number];
  const end = ({ groups }: Effect, at: number) => {
    const group = groups.at(at);
    return group === undefined ? '' : `${group.label} (${group.fitness.toFixed(2)})`;
  };
  const columns = [
    { title: 'parameter', cell: ({ parameter }: Effect) => parameter },
    { title: 'explains', cell: ({ share }: Effect) => `${bar(share, 1, BAR_WIDTH)} ${percent(share)}` },
    { title: 'swing', cell: ({ swing }: Effect) => swing.toFixed(2), align: 'right' as const },
    { title: 'best where', cell: (effect: Effect) => chalk.green(end(effect, 0)) },
    { title: 'worst where', cell: (effect: Effect) => end(effect, -1), flexible: true },
  ];
  return renderTable(effects, columns, { widthColumns });
}

/** `milliseconds (less is better)` */
export function wanted({ metric, direction }: ExperimentResult['objectives'][number]): string {
  return `${metric} (${direction === 'up' ? 'more' : 'less'} is better)`;
}

/** The best fitness of all generations up to this one. */
export function bestUntil(history: readonly GenerationSummary[], index: number): number {
  return Math.max(...history.slice(0, index + 1).map(({ best }) => best ?? 0));
}

/** `34 %` */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`.padStart(5);
}

function sizeFor(widthColumns: number | undefined) {
  const width = Math.max(LEAST_WIDTH, Math.min(WIDTH, (widthColumns ?? Infinity) - MARGIN));
  return { width, height: HEIGHT };
}

function drawn(series: Point[][], options: Settings): string {
  const colours = ['ansiGreen', 'ansiBlue'] as const;
  const coloured = chalk.level > 0 && options.lineFormatter === undefined ? { color: [...colours] } : {};
  const lines = plot(series, { ...options, ...coloured }).split('\n');
  return lines
    .map((line) => line.trimEnd())
    .filter((line) => line !== '')
    .join('\n');
}
