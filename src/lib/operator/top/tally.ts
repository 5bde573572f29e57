import type { Signal } from '../../signals/envelope.js';
import { RateWindow } from './rate-window.js';

/** What was heard under one name. */
export interface SignalRow {
  name: string;
  /** Since the tally began. */
  total: number;
  perSecond: number;
  /** Counts of the last 60 seconds, the oldest first. */
  history: number[];
  /** Epoch milliseconds. */
  lastAtMs: number;
  /** The newest, whole. */
  last: Signal;
}

type Entry = Pick<SignalRow, 'total' | 'lastAtMs' | 'last'> & { rates: RateWindow };

/** A peer that makes up names must not fill the memory: those beyond share one row. */
const MOST_NAMES = 1_000;
/** The row that they share. */
export const OTHERS = '(others)';

/** Counts signals by name. */
export class Tally {
  readonly #entries = new Map<string, Entry>();
  readonly #all = new RateWindow();

  /** One was heard at this time, epoch milliseconds. */
  note(signal: Signal, nowMs: number): void {
    const entry = this.#entryOf(signal);
    entry.total += 1;
    entry.lastAtMs = nowMs;
    entry.last = signal;
    entry.rates.note(nowMs);
    this.#all.note(nowMs);
  }

  rows(nowMs: number): SignalRow[] {
    return [...this.#entries].map(([name, { rates, ...entry }]) => ({
      name,
      ...entry,
      perSecond: rates.perSecond(nowMs),
      history: rates.history(nowMs),
    }));
  }

  /** All names together. */
  all(nowMs: number): Pick<SignalRow, 'perSecond' | 'history'> {
    return { perSecond: this.#all.perSecond(nowMs), history: this.#all.history(nowMs) };
  }

  #entryOf(signal: Signal): Entry {
    const name = this.#entries.has(signal.signal) || this.#entries.size < MOST_NAMES ? signal.signal : OTHERS;
    const entry = this.#entries.get(name) ?? { total: 0, lastAtMs: 0, last: signal, rates: new RateWindow() };
    this.#entries.set(name, entry);
    return entry;
  }
}
