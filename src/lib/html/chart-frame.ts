import { scaleLinear, scaleLog } from 'd3-scale';
import type { Element } from 'hast';
import { h, s } from 'hastscript';

/** What an axis measures. */
export interface Axis {
  label: string;
  /** Only whole numbers are marked, e.g. those of generations. */
  whole?: boolean;
  /** A logarithmic scale where the values span more than a hundredfold. */
  mayBeLog?: boolean;
}

/** One value of a chart, with what is said of it when it is pointed at or reached by keyboard. */
export interface ChartPoint {
  x: number;
  y: number;
  text: string;
}

/** Points that belong together. */
export interface Series {
  name: string;
  points: readonly ChartPoint[];
  /** For the many behind the few. */
  faint?: boolean;
}

/** A chart of points between two axes. */
export interface XyChart {
  /** What it shows, in one sentence: its caption, and what a screen reader says. */
  caption: string;
  x: Axis;
  y: Axis;
  series: readonly Series[];
}

/** Where values lie on the drawing. */
export interface Placing {
  x: (value: number) => number;
  y: (value: number) => number;
}

const WIDTH = 640;
const HEIGHT = 330;
const INNER = { left: 70, right: WIDTH - 16, top: 36, bottom: HEIGHT - 56 };
const TICKS = 5;

/** Axes, grid, legend and caption around the marks that `draw` makes. */
export function xyChart(chart: XyChart, draw: (series: Series, place: Placing) => (Element | null)[]): Element {
  const points = chart.series.flatMap(({ points: own }) => own);
  const x = scaleOf(
    points.map((point) => point.x),
    chart.x,
    [INNER.left, INNER.right],
  );
  const y = scaleOf(
    points.map((point) => point.y),
    chart.y,
    [INNER.bottom, INNER.top],
  );
  const marks = chart.series.map((series, index) =>
    s('g', { class: `series-${index + 1} ${series.faint === true ? 'faint' : ''}` }, ...draw(series, { x, y })),
  );
  const svg = s(
    'svg',
    { class: 'chart', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'group', 'aria-label': chart.caption },
    ...ticksOf(x, chart.x).map((tick) => xTick(tick, x)),
    ...ticksOf(y, chart.y).map((tick) => yTick(tick, y)),
    s('text', { x: (INNER.left + INNER.right) / 2, y: HEIGHT - 8, 'text-anchor': 'middle' }, chart.x.label),
    s('text', { x: 4, y: 14 }, chart.y.label),
    // The first series is the one that matters: it lies on top.
    ...marks.reverse(),
  );
  return h('figure', legendOf(chart.series), svg, h('figcaption', chart.caption));
}

/** A mark that tells what it is when it is pointed at, or reached by keyboard. */
export function mark({ x, y, text }: ChartPoint, place: Placing): Element {
  const [left, top] = [place.x(x), place.y(y)];
  const isRight = left > (INNER.left + INNER.right) / 2;
  return s(
    'g',
    { class: 'point', tabIndex: 0, role: 'img', 'aria-label': text },
    s('circle', { class: 'mark', cx: round(left), cy: round(top), r: 5 }),
    s(
      'text',
      {
        class: 'tip',
        x: round(left + (isRight ? -10 : 10)),
        y: round(top - 10),
        'text-anchor': isRight ? 'end' : 'start',
      },
      text,
    ),
  );
}

type Scale = ReturnType<typeof scaleOf>;

/** Span from which on a linear scale would press most values into one corner. */
const WIDE = 100;

function scaleOf(values: readonly number[], { mayBeLog }: Axis, range: [number, number]) {
  if (values.length === 0) return scaleLinear([0, 1], range);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (mayBeLog === true && low > 0 && high / low >= WIDE) return scaleLog([low, high], range).nice();
  // A single value gets room around it, and stands in the middle.
  const margin = low === high ? Math.abs(low) * 0.1 || 1 : 0;
  return scaleLinear([low - margin, high + margin], range).nice(TICKS);
}

function ticksOf(scale: Scale, { whole }: Axis): { value: number; text: string }[] {
  const format = scale.tickFormat(TICKS, ',~g');
  const values = scale.ticks(TICKS).filter((value) => whole !== true || Number.isInteger(value));
  // On a logarithmic scale, what is not a power of ten has no text.
  return values.map((value) => ({ value, text: format(value) })).filter(({ text }) => text !== '');
}

function xTick({ value, text }: { value: number; text: string }, x: Scale): Element {
  const at = round(x(value));
  return s(
    'g',
    s('line', { class: 'grid', x1: at, x2: at, y1: INNER.top, y2: INNER.bottom }),
    s('text', { x: at, y: INNER.bottom + 20, 'text-anchor': 'middle' }, text),
  );
}

function yTick({ value, text }: { value: number; text: string }, y: Scale): Element {
  const at = round(y(value));
  return s(
    'g',
    s('line', { class: 'grid', x1: INNER.left, x2: INNER.right, y1: at, y2: at }),
    s('text', { x: INNER.left - 8, y: at + 4, 'text-anchor': 'end' }, text),
  );
}

function legendOf(series: readonly Series[]): Element | null {
  if (series.length < 2) return null;
  const entry = ({ name }: Series, index: number) =>
    h(
      'li',
      { class: `series-${index + 1}` },
      s('svg', { viewBox: '0 0 10 10', 'aria-hidden': 'true' }, s('circle', { class: 'mark', cx: 5, cy: 5, r: 5 })),
      name,
    );
  return h('ul', { class: 'legend' }, ...series.map(entry));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
