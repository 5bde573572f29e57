import type { Clock } from '../base/clock.js';
import type { CleanedUp } from './clean-up.js';

const FIRST_AFTER_MS = 60_000;
const EVERY_MS = 86_400_000;
const AGAIN_AFTER_MS = 600_000;

/** Runs the clean-up once a day, first a minute after the start: nobody waits for it then. */
export class DailyCleanUp {
  readonly #clock: Pick<Clock, 'monotonicMs'>;
  readonly #cleanUp: () => Promise<CleanedUp>;
  readonly #report: (done: CleanedUp) => void;
  #dueMs: number;

  constructor(
    clock: Pick<Clock, 'monotonicMs'>,
    work: { cleanUp: () => Promise<CleanedUp>; report: (done: CleanedUp) => void },
  ) {
    this.#clock = clock;
    this.#cleanUp = work.cleanUp;
    this.#report = work.report;
    this.#dueMs = clock.monotonicMs() + FIRST_AFTER_MS;
  }

  /** Cleans up when it is time; one that failed is tried again after some minutes. */
  async run(): Promise<void> {
    if (this.#clock.monotonicMs() < this.#dueMs) return;
    const startedMs = this.#clock.monotonicMs();
    this.#dueMs = startedMs + AGAIN_AFTER_MS;
    const done = await this.#cleanUp();
    this.#dueMs = startedMs + EVERY_MS;
    if (done.resolved + done.deleted + done.removed > 0) this.#report(done);
  }
}
