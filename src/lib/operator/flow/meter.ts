import type { Recorded } from '../../bus/bus.js';
import { OTHERS } from '../top/tally.js';
import { RollingWindow, type WindowSize } from './rolling-window.js';

/** What is measured of one signal. */
export interface Sample {
  /** When the journal took it, epoch milliseconds. */
  receivedMs: number;
  /** From then until it was read here. */
  delayMs: number;
  /** From its own timestamp until the journal took it. */
  sentMs: number;
  /** Of its frame. */
  bytes: number;
}

/** What is known of one name. */
export interface Reading {
  signal: string;
  /** Since the meter began. */
  total: number;
  /** Epoch milliseconds at which the newest was read. */
  lastMs: number;
  /** Of the window, oldest first. */
  samples: Sample[];
  /** From a signal of this name to what a daemon said to it, both as the journal took them, milliseconds. */
  answersMs: number[];
}

/** A peer that makes up names must not fill the memory. */
const MOST_NAMES = 1_000;
/** Signals whose answer is waited for. */
const MOST_CAUSES = 10_000;

interface Entry {
  total: number;
  lastMs: number;
  samples: RollingWindow<Sample>;
  answersMs: RollingWindow<number>;
}

/** Takes the measure of each signal, by name; `bus hz`, `bus delay` and `bus bw` are three views of it. */
export class Meter {
  readonly #size: WindowSize;
  readonly #entries = new Map<string, Entry>();
  readonly #causes = new Map<string, { signal: string; receivedAtMs: number }>();

  constructor(size: WindowSize) {
    this.#size = size;
  }

  /** One was read at this time, epoch milliseconds; `isWanted` is false for what only answers. */
  note(recorded: Recorded, nowMs: number, isWanted = true): void {
    const { signal, receivedAtMs } = recorded;
    this.#noteAnswer(recorded, nowMs);
    if (!isWanted) return;
    const entry = this.#entryOf(signal.signal);
    entry.total += 1;
    entry.lastMs = nowMs;
    entry.samples.add(sampleOf(recorded, nowMs), nowMs);
    this.#causes.set(signal.id, { signal: signal.signal, receivedAtMs });
    const [oldest] = this.#causes.keys();
    if (this.#causes.size > MOST_CAUSES && oldest !== undefined) this.#causes.delete(oldest);
  }

  /** Every name that was heard, in alphabetical order. */
  readings(nowMs: number): Reading[] {
    const readings = [...this.#entries].map(([signal, { total, lastMs, samples, answersMs }]) => ({
      ...{ signal, total, lastMs },
      samples: samples.values(nowMs),
      answersMs: answersMs.values(nowMs),
    }));
    return readings.sort((a, b) => a.signal.localeCompare(b.signal));
  }

  #noteAnswer({ signal: { cause_id: causeId }, receivedAtMs }: Recorded, nowMs: number): void {
    const cause = causeId === null ? undefined : this.#causes.get(causeId);
    if (cause) this.#entryOf(cause.signal).answersMs.add(receivedAtMs - cause.receivedAtMs, nowMs);
  }

  #entryOf(signal: string): Entry {
    const name = this.#entries.has(signal) || this.#entries.size < MOST_NAMES ? signal : OTHERS;
    const entry = this.#entries.get(name) ?? {
      ...{ total: 0, lastMs: 0 },
      samples: new RollingWindow<Sample>(this.#size),
      answersMs: new RollingWindow<number>(this.#size),
    };
    this.#entries.set(name, entry);
    return entry;
  }
}

function sampleOf({ signal, frame, receivedAtMs }: Recorded, nowMs: number): Sample {
  const times = { receivedMs: receivedAtMs, delayMs: nowMs - receivedAtMs, sentMs: receivedAtMs - signal.ts * 1_000 };
  return { ...times, bytes: frame.length };
}
