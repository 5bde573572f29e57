import type { Reading, Sample } from './meter.js';
import { spreadOf, type Spread } from './spread.js';

/** How often a name is said. */
export interface Frequency extends Pick<Reading, 'signal' | 'total' | 'lastMs'> {
  /** Per second; null of a single one. */
  hz: number | null;
  /** Milliseconds between one and the next. */
  intervalMs: Spread;
}

/** How long a name is under way. */
export interface Delay extends Pick<Reading, 'signal' | 'total' | 'lastMs'> {
  /** From its own timestamp until it was read here, milliseconds; negative where the two clocks differ. */
  hereMs: Spread;
  /** From its own timestamp to what a daemon said to it; nothing is known of who says nothing. */
  answeredMs: Spread;
}

/** How many bytes a name takes. */
export interface Bandwidth extends Pick<Reading, 'signal' | 'total' | 'lastMs'> {
  /** Null of a single one. */
  bytesPerSecond: number | null;
  bytes: Spread;
}

/** By the signals' own timestamps, so that how they are read in pages here does not blur how they were said. */
export function frequencyOf({ signal, total, lastMs, samples }: Reading): Frequency {
  const said = timesOf(samples);
  const intervalMs = spreadOf(said.slice(1).map((atMs, index) => atMs - (said[index] ?? atMs)));
  return { signal, total, lastMs, hz: perSecond(intervalMs.count, spanOf(said)), intervalMs };
}

/** From the signals' own timestamps, which are those of the publisher's clock. */
export function delayOf({ signal, total, lastMs, samples, answersMs }: Reading): Delay {
  const hereMs = spreadOf(samples.map(({ delayMs }) => delayMs));
  return { signal, total, lastMs, hereMs, answeredMs: spreadOf(answersMs) };
}

/** Of the second frame, which is what differs between signals. */
export function bandwidthOf({ signal, total, lastMs, samples }: Reading): Bandwidth {
  const bytes = spreadOf(samples.map((sample) => sample.bytes));
  // The first one's bytes came before the time that is measured.
  const later = samples.slice(1).reduce((sum, sample) => sum + sample.bytes, 0);
  return { signal, total, lastMs, bytesPerSecond: perSecond(later, spanOf(timesOf(samples))), bytes };
}

/** Publishers speak side by side, so what was journalled later may have been said earlier. */
function timesOf(samples: readonly Sample[]): number[] {
  return samples.map(({ saidMs }) => saidMs).sort((a, b) => a - b);
}

function spanOf(said: readonly number[]): number {
  return (said.at(-1) ?? 0) - (said[0] ?? 0);
}

function perSecond(amount: number, spanMs: number): number | null {
  return spanMs > 0 ? (amount / spanMs) * 1_000 : null;
}
