import { BOUNDS_SECONDS, sumOfBins, type Bins } from '../figures/bins.js';
import type { Figures } from '../figures/figures.js';
import { formatDuration } from '../base/formats.js';
import { barChart, lineChart } from '../html/charts.js';
import type { Count } from '../bus/observer.js';

const HOUR_MS = 3_600_000;
const HOURS = 24;
/** A chart with more lines than this cannot be read. */
const LINES = 4;

/** The flow of a day: the most frequent signals as lines, the rest as one. */
export function flowChart(hours: readonly Count[], nowMs: number) {
  const totals = new Map<string, number>();
  for (const { signal, count } of hours) totals.set(signal, (totals.get(signal) ?? 0) + count);
  const names = [...totals].sort(([, a], [, b]) => b - a).map(([name]) => name);
  const most = names.slice(0, names.length > LINES ? LINES - 1 : LINES);
  const series = most.map((name) =>
    seriesOf(
      name,
      hours.filter(({ signal }) => signal === name),
      nowMs,
    ),
  );
  const rest = hours.filter(({ signal }) => !most.includes(signal));
  return lineChart({
    caption: 'Signals said in each hour of the last day, the most frequent by name.',
    x: { label: 'hours before now', whole: true },
    y: { label: 'signals', whole: true },
    series: rest.length === 0 ? series : [...series, seriesOf('all others', rest, nowMs)],
  });
}

/** An hour in which nothing was said is nought and not a gap. */
function seriesOf(name: string, counts: readonly Count[], nowMs: number) {
  const newest = Math.floor(nowMs / HOUR_MS);
  const points = Array.from({ length: HOURS + 1 }, (_, index) => {
    const x = index - HOURS;
    const at = (newest + x) * HOUR_MS;
    const y = counts.filter(({ atMs }) => atMs === at).reduce((sum, { count }) => sum + count, 0);
    return { x, y, text: `${name}: ${y} in the hour from ${new Date(at).toISOString().slice(11, 16)} UTC` };
  });
  return { name, points };
}

/** How long things took, of all daemons together. */
export function timesChart(figures: readonly Figures[], which: 'handling' | 'waiting', caption: string) {
  const { counts } = sumOfBins(figures.map((one) => one[which]));
  const bars = counts
    .map((value, index) => ({ label: boundText(index), value, text: `${value}` }))
    .filter(({ value }) => value > 0);
  return barChart({ caption, most: Math.max(1, ...counts), bars });
}

/** The bound below which such a share lies; what is beyond the last bound is said to be. */
export function shareText({ counts }: Bins, share: number): string {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return '';
  let below = 0;
  const index = counts.findIndex((count) => (below += count) >= total * share);
  return boundText(index);
}

function boundText(index: number): string {
  const bound = BOUNDS_SECONDS[index];
  if (bound === undefined) return `more than ${formatDuration((BOUNDS_SECONDS.at(-1) ?? 0) * 1000)}`;
  return `up to ${formatDuration(bound * 1000)}`;
}
