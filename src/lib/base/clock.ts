/** Time is passed in, so that tests need no sleeping and runs are repeatable (D7). */
export interface Clock {
  /** Wall time in milliseconds since the epoch; may jump. For what people read. */
  nowMs(): number;
  /** Monotonic milliseconds; never jumps back. For durations and leases. */
  monotonicMs(): number;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
};

/** ISO 8601 in UTC with milliseconds, e.g. `2026-11-24T03:10:02.123Z`. */
export function isoTimestamp(ms: number): string {
  return new Date(ms).toISOString();
}
