import type { Clock } from './clock.js';

/** Keeps a long run of synchronous work from holding the event loop for longer than a slice. */
export class TimeSlice {
  readonly #clock: Clock;
  readonly #sliceMs: number;
  #startMs: number;

  constructor(clock: Clock, sliceMs: number) {
    this.#clock = clock;
    this.#sliceMs = sliceMs;
    this.#startMs = clock.monotonicMs();
  }

  /** To be awaited between two pieces of work: lets everything else run once the slice is used up. */
  async breathe(): Promise<void> {
    if (this.#clock.monotonicMs() - this.#startMs < this.#sliceMs) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#startMs = this.#clock.monotonicMs();
  }
}
