import type { Clock } from './clock.js';

/** A bucket holds so many seconds of its rate, so that a burst passes at once. */
const BURST_S = 2;

/** Lets so many a second pass, and says how long the next one has to wait. */
export class TokenBucket {
  readonly #rate: number;
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  #left: number;
  #filledMs: number;

  /** `rate` is in tokens a second. */
  constructor(rate: number, clock: Pick<Clock, 'monotonicMs'>) {
    this.#rate = rate;
    this.#clock = clock;
    this.#left = rate * BURST_S;
    this.#filledMs = clock.monotonicMs();
  }

  /** Takes one, also where none is left; answers the milliseconds to wait before the next. */
  take(): number {
    const nowMs = this.#clock.monotonicMs();
    this.#left = Math.min(this.#rate * BURST_S, this.#left + ((nowMs - this.#filledMs) / 1_000) * this.#rate) - 1;
    this.#filledMs = nowMs;
    return this.#left >= 0 ? 0 : (-this.#left / this.#rate) * 1_000;
  }
}
