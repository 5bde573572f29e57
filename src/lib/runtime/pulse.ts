import type { Clock } from '../base/clock.js';

/** How a daemon is, for those who keep it alive. */
export interface Vitals {
  /** False when its loop stands still for longer than any work may take. */
  isAlive: boolean;
  /** What it does, in a few words. */
  words: string;
}

const SECOND_MS = 1_000;

/** Whose beat it is. */
export interface PulseOptions {
  clock: Pick<Clock, 'monotonicMs'>;
  /** The longest that a loop in good order may be silent, e.g. while its handler works. */
  patienceMs: number;
  /** What it does while nothing is to be done. */
  idleWords: string;
}

/** The beat of a loop: each turn and each end of some work is one. */
export class Pulse {
  #lastBeatMs: number;
  #lastBusyMs: number;
  #done = 0;
  #open = 0;
  readonly #options: PulseOptions;

  constructor(options: PulseOptions) {
    this.#options = options;
    this.#lastBeatMs = options.clock.monotonicMs();
    this.#lastBusyMs = this.#lastBeatMs;
  }

  /** The loop has turned, with so much work in hand. */
  turn(open: number): void {
    this.#open = open;
    this.#lastBeatMs = this.#options.clock.monotonicMs();
    if (open > 0) this.#lastBusyMs = this.#lastBeatMs;
  }

  /** One piece of work has ended, in whichever way. */
  ended(): void {
    this.#done += 1;
    this.turn(Math.max(0, this.#open - 1));
    this.#lastBusyMs = this.#lastBeatMs;
  }

  /** Since when nothing was in hand. */
  restingMs(): number {
    return this.#open > 0 ? 0 : this.#options.clock.monotonicMs() - this.#lastBusyMs;
  }

  vitals(): Vitals {
    const { clock, patienceMs, idleWords } = this.#options;
    const silentMs = clock.monotonicMs() - this.#lastBeatMs;
    if (silentMs > patienceMs)
      return { isAlive: false, words: `Stands still for ${Math.floor(silentMs / SECOND_MS)} s` };
    const doing = this.#open === 0 ? idleWords : `Works on ${this.#open}`;
    return { isAlive: true, words: this.#done === 0 ? doing : `${doing}; ${this.#done} handled` };
  }
}
