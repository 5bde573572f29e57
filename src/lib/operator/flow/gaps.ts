import { PROBE_SIGNAL } from '../../bus/round-trip.js';
import type { Recorded, Signal } from '../../bus/bus.js';
import { fieldOf } from '../field.js';

/** A source that did not say for long what it usually says. */
export interface Silence {
  signal: string;
  source: string;
  fromMs: number;
  /** Null where it lasts. */
  toMs: number | null;
  lengthMs: number;
  /** The usual time between two of them: the median. */
  usualMs: number;
}

/** A step in a counter that a source keeps in its own facts: what it counted and nobody journalled, or a start anew. */
export interface Jump {
  signal: string;
  source: string;
  atMs: number;
  after: number;
  next: number;
  /** Zero where the counter went back. */
  missing: number;
}

/** What is a gap. */
export interface GapOptions {
  /** Longer than so many times the usual interval. */
  factor: number;
  /** Path of a peer's own counter, e.g. `facts.seq`; the envelope itself has none. */
  sequence?: string | undefined;
  /** End of what is looked at, epoch milliseconds. */
  untilMs: number;
}

/** Gaps by signal and source, oldest first. */
export interface Gaps {
  signals: number;
  silences: Silence[];
  jumps: Jump[];
}

/** So few intervals do not show what is usual. */
const LEAST_INTERVALS = 4;
/** What is shorter is no silence, however often a source speaks. */
const LEAST_MS = 1_000;

interface Series {
  signal: string;
  source: string;
  times: number[];
  counter: number | undefined;
}

/** Looks for gaps in what was said, in the order of the journal and by its times. */
export async function gapsOf(
  said: AsyncIterable<Pick<Recorded, 'signal' | 'receivedAtMs'>>,
  options: GapOptions,
): Promise<Gaps> {
  const all = new Map<string, Series>();
  const jumps: Jump[] = [];
  let signals = 0;
  for await (const recorded of said) {
    const { signal } = recorded;
    signals += 1;
    // What health asks the bus now and then is no flow that could fall silent.
    if (signal.signal === PROBE_SIGNAL) continue;
    const series = seriesOf(all, signal);
    series.times.push(recorded.receivedAtMs);
    const jump = options.sequence === undefined ? undefined : jumpOf(series, recorded, options.sequence);
    if (jump) jumps.push(jump);
  }
  const silences = [...all.values()].flatMap((series) => silencesOf(series, options));
  return { signals, silences: silences.sort((a, b) => a.fromMs - b.fromMs), jumps };
}

function seriesOf(all: Map<string, Series>, { signal, source }: Signal): Series {
  const key = `${signal}\n${source}`;
  const series = all.get(key) ?? { signal, source, times: [], counter: undefined };
  all.set(key, series);
  return series;
}

type Heard = Pick<Recorded, 'signal' | 'receivedAtMs'>;

function jumpOf(series: Series, { signal, receivedAtMs }: Heard, path: string): Jump | undefined {
  const next = fieldOf(signal, path);
  if (typeof next !== 'number' || !Number.isInteger(next)) return undefined;
  const after = series.counter;
  series.counter = next;
  if (after === undefined || next === after + 1) return undefined;
  const { signal: name, source } = signal;
  return { signal: name, source, atMs: receivedAtMs, after, next, missing: Math.max(0, next - after - 1) };
}

function silencesOf({ signal, source, times }: Series, { factor, untilMs }: GapOptions): Silence[] {
  const said = times.toSorted((a, b) => a - b);
  const intervals = said.slice(1).map((atMs, index) => atMs - (said[index] ?? atMs));
  if (intervals.length < LEAST_INTERVALS) return [];
  const usualMs = intervals.toSorted((a, b) => a - b)[Math.floor(intervals.length / 2)] ?? 0;
  const limitMs = Math.max(LEAST_MS, usualMs * factor);
  const ends = [...said, null];
  return said.flatMap((fromMs, index) => {
    const toMs = ends[index + 1] ?? null;
    const lengthMs = (toMs ?? untilMs) - fromMs;
    return lengthMs > limitMs ? [{ signal, source, fromMs, toMs, lengthMs, usualMs }] : [];
  });
}
