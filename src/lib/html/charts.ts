import { scaleLinear } from 'd3-scale';
import { line } from 'd3-shape';
import type { Element } from 'hast';
import { h, s } from 'hastscript';
import { mark, xyChart, type ChartPoint, type XyChart } from './chart-frame.js';

/** Values along an axis, each series a line with a mark at every value. */
export function lineChart(chart: XyChart): Element {
  return xyChart(chart, ({ points }, place) => {
    const path = line<ChartPoint>(
      ({ x }) => place.x(x),
      ({ y }) => place.y(y),
    ).digits(1);
    return [s('path', { class: 'curve', d: path([...points]) ?? '' }), ...points.map((point) => mark(point, place))];
  });
}

/** Points between two measures. */
export function scatterChart(chart: XyChart): Element {
  return xyChart(chart, ({ points }, place) => points.map((point) => mark(point, place)));
}

/** One bar. */
export interface Bar {
  label: string;
  value: number;
  /** What stands behind it. */
  text: string;
}

const WIDTH = 640;
const ROW = 54;
const GAP = 24;

/** Bars from nought to `most`, each under its name, so that long names have room. */
export function barChart({ caption, most, bars }: { caption: string; most: number; bars: readonly Bar[] }): Element {
  const length = scaleLinear([0, most], [0, WIDTH]).clamp(true);
  const rows = bars.map(({ label, value, text }, index) =>
    s(
      'g',
      { transform: `translate(0 ${index * ROW})` },
      s('text', { x: 0, y: GAP - 6 }, `${label}: ${text}`),
      s('rect', { class: 'track', x: 0, y: GAP, width: WIDTH, height: 12, rx: 3 }),
      s('rect', { class: 'mark', x: 0, y: GAP, width: Math.round(length(value)), height: 12, rx: 3 }),
    ),
  );
  const svg = s(
    'svg',
    { class: 'series-1', viewBox: `0 0 ${WIDTH} ${bars.length * ROW}`, role: 'img', 'aria-label': caption },
    ...rows,
  );
  return h('figure', svg, h('figcaption', caption));
}
