const SECONDS = 60;
/** The running second is not over, so a rate is the mean of those before it. */
const RATE_SECONDS = 5;

/** How often something happened in each of the last 60 seconds. */
export class RateWindow {
  readonly #counts = new Array<number>(SECONDS).fill(0);
  #newest = 0;

  /** One more at this time, epoch milliseconds; what is older than a minute no longer counts. */
  note(atMs: number): void {
    const second = Math.floor(atMs / 1_000);
    this.#advance(second);
    if (this.#newest - second < SECONDS) this.#counts[second % SECONDS] = (this.#counts[second % SECONDS] ?? 0) + 1;
  }

  /** Mean of the last five whole seconds, per second. */
  perSecond(nowMs: number): number {
    const whole = this.history(nowMs).slice(-RATE_SECONDS - 1, -1);
    return whole.reduce((sum, count) => sum + count, 0) / RATE_SECONDS;
  }

  /** Counts of the last 60 seconds, the oldest first and the running one last. */
  history(nowMs: number): number[] {
    this.#advance(Math.floor(nowMs / 1_000));
    return Array.from({ length: SECONDS }, (_, index) => this.#counts[(this.#newest + 1 + index) % SECONDS] ?? 0);
  }

  #advance(second: number): void {
    const passed = Math.min(SECONDS, second - this.#newest);
    for (let step = 0; step < passed; step += 1) this.#counts[(second - step) % SECONDS] = 0;
    this.#newest = Math.max(this.#newest, second);
  }
}
