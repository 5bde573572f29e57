/** Of what is published in a second; five seconds hold less than 64 MiB (D12). */
const BYTES_PER_SECOND = 11 * 1024 * 1024;
/** Sent at once after a rest. */
const BURST_BYTES = 8 * 1024 * 1024;

/**
 * How fast a socket may publish: a queue for a subscriber that is stuck holds what was published until it is cut, and
 * ZeroMQ counts messages there and not bytes.
 */
export class SendPace {
  readonly #nowMs: () => number;
  #bytes = BURST_BYTES;
  #atMs: number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#atMs = nowMs();
  }

  /** Takes what a message needs, and answers for how many milliseconds to wait before it is sent. */
  take(bytes: number): number {
    const nowMs = this.#nowMs();
    const earned = ((nowMs - this.#atMs) / 1000) * BYTES_PER_SECOND;
    this.#bytes = Math.min(BURST_BYTES, this.#bytes + earned) - bytes;
    this.#atMs = nowMs;
    return Math.max(0, (-this.#bytes / BYTES_PER_SECOND) * 1000);
  }
}
