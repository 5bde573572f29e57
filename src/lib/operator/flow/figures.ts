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
  /** From the journal until it was read here, milliseconds. */
  hereMs: Spread;
  /** From the journal to what a daemon said to it; nothing is known of who says nothing. */
  answeredMs: Spread;
  /** From its own timestamp to the journal: the way to the bus, and how far its publisher's clock is from this one. */
  sentMs: Spread;
  /** The latter is more than any way takes: the publisher's clock is wrong, and its timestamps are only shown. */
  isClockOff: boolean;
}

/** How many bytes a name takes. */
export interface Bandwidth extends Pick<Reading, 'signal' | 'total' | 'lastMs'> {
  /** Null of a single one. */
  bytesPerSecond: number | null;
  bytes: Spread;
}

/** How far a publisher's clock may be off, with the way to the bus, before it is said. */
const CLOCK_OFF_MS = 2_000;

/** By when the journal took them: neither a publisher's clock nor how they are read in pages here changes it. */
export function frequencyOf({ signal, total, lastMs, samples }: Reading): Frequency {
  const received = timesOf(samples);
  const intervalMs = spreadOf(received.slice(1).map((atMs, index) => atMs - (received[index] ?? atMs)));
  return { signal, total, lastMs, hz: perSecond(intervalMs.count, spanOf(received)), intervalMs };
}

/** By the journal's times; only `sentMs` goes by the publisher's clock. */
export function delayOf({ signal, total, lastMs, samples, answersMs }: Reading): Delay {
  const hereMs = spreadOf(samples.map(({ delayMs }) => delayMs));
  const sentMs = spreadOf(samples.map((sample) => sample.sentMs));
  const isClockOff = Math.abs(sentMs.p50) > CLOCK_OFF_MS;
  return { signal, total, lastMs, hereMs, answeredMs: spreadOf(answersMs), sentMs, isClockOff };
}

/** Of the second frame, which is what differs between signals. */
export function bandwidthOf({ signal, total, lastMs, samples }: Reading): Bandwidth {
  const bytes = spreadOf(samples.map((sample) => sample.bytes));
  // The first one's bytes came before the time that is measured.
  const later = samples.slice(1).reduce((sum, sample) => sum + sample.bytes, 0);
  return { signal, total, lastMs, bytesPerSecond: perSecond(later, spanOf(timesOf(samples))), bytes };
}

/** A wall clock that was set back lets later ones seem earlier. */
function timesOf(samples: readonly Sample[]): number[] {
  return samples.map(({ receivedMs }) => receivedMs).sort((a, b) => a - b);
}

function spanOf(times: readonly number[]): number {
  return (times.at(-1) ?? 0) - (times[0] ?? 0);
}

function perSecond(amount: number, spanMs: number): number | null {
  return spanMs > 0 ? (amount / spanMs) * 1_000 : null;
}
