import chalk from 'chalk';
import type { Bandwidth, Delay, Frequency } from '../operator/flow/figures.js';
import type { Spread } from '../operator/flow/spread.js';
import { formatAge, formatBytes, formatDuration } from './formats.js';
import { colouredName } from './signal-line.js';
import type { Column } from './table.js';

type Counted = Pick<Frequency, 'signal' | 'total' | 'lastMs'>;

/** How often each name is said. */
export function frequencyColumns(nowMs: number): Column<Frequency>[] {
  return [
    named(),
    right('hz', ({ hz }) => (hz === null ? null : chalk.bold(rateText(hz)))),
    ...spread<Frequency>('interval', ({ intervalMs }) => intervalMs, formatDuration),
    {
      ...right('window', ({ intervalMs }) => (intervalMs.count === 0 ? null : String(intervalMs.count + 1))),
      spare: 3,
    },
    ...counted<Frequency>(nowMs),
  ];
}

/** How long each name takes from the journal until here and until it is answered, and what its publisher's clock says. */
export function delayColumns(nowMs: number): Column<Delay>[] {
  const { median, worst } = { median: ({ p50 }: Spread) => p50, worst: ({ max }: Spread) => max };
  const cell = (of: (delay: Delay) => Spread, figure: (spread: Spread) => number) => (delay: Delay) =>
    of(delay).count === 0 ? null : formatDuration(figure(of(delay)));
  const here = (delay: Delay) => delay.hereMs;
  const answered = (delay: Delay) => delay.answeredMs;
  const sent = cell((delay) => delay.sentMs, median);
  return [
    named(),
    ...spread<Delay>('delay', here, formatDuration),
    right(
      'p99',
      cell(here, ({ p99 }) => p99),
    ),
    right('answered p50', cell(answered, median)),
    right('max', cell(answered, worst)),
    right('sent', (delay) => (delay.isClockOff ? chalk.red(`${sent(delay) ?? ''} clock off`) : sent(delay))),
    { ...right('window', ({ hereMs }) => (hereMs.count === 0 ? null : String(hereMs.count))), spare: 3 },
    ...counted<Delay>(nowMs),
  ];
}

/** How many bytes each name takes. */
export function bandwidthColumns(nowMs: number): Column<Bandwidth>[] {
  return [
    named(),
    right('per second', ({ bytesPerSecond }) =>
      bytesPerSecond === null ? null : chalk.bold(`${formatBytes(Math.round(bytesPerSecond))}/s`),
    ),
    ...spread<Bandwidth>(
      'size',
      ({ bytes }) => bytes,
      (bytes) => formatBytes(Math.round(bytes)),
    ),
    { ...right('window', ({ bytes }) => String(bytes.count)), spare: 3 },
    ...counted<Bandwidth>(nowMs),
  ];
}

/** Signals a second: more digits where they are few. */
function rateText(perSecond: number): string {
  return perSecond >= 100 ? String(Math.round(perSecond)) : perSecond.toPrecision(3);
}

function named<Figure extends Counted>(): Column<Figure> {
  return { title: 'signal', cell: ({ signal }) => colouredName(signal) };
}

function counted<Figure extends Counted>(nowMs: number): Column<Figure>[] {
  return [
    right('total', ({ total }) => String(total)),
    { title: 'last', cell: ({ lastMs }) => (lastMs === 0 ? null : formatAge(lastMs, nowMs)) },
  ];
}

function spread<Figure>(
  what: string,
  of: (figure: Figure) => Spread,
  text: (value: number) => string,
): Column<Figure>[] {
  const cell = (value: (spread: Spread) => number) => (figure: Figure) =>
    of(figure).count === 0 ? null : text(value(of(figure)));
  return [
    right(
      `${what} mean`,
      cell(({ mean }) => mean),
    ),
    {
      ...right(
        'min',
        cell(({ min }) => min),
      ),
      spare: 1,
    },
    right(
      'max',
      cell(({ max }) => max),
    ),
    {
      ...right(
        'std dev',
        cell(({ stdDev }) => stdDev),
      ),
      spare: 2,
    },
  ];
}

function right<Figure>(title: string, cell: (figure: Figure) => string | null): Column<Figure> {
  return { title, cell, align: 'right' };
}
