/** Signals of one emit of a writer at full speed. */
export const BATCH = 100;

/** What one process measured while all wrote. */
export interface FullSpeedReport {
  pid: number;
  signals: number;
  emits: number;
  /** Longest time from emit() to its promise, and the 99th percentile; milliseconds. */
  waitMaxMs: number;
  waitP99Ms: number;
  /** Longest time that the event loop stood still beyond its timer, and the 99.9th percentile; milliseconds. */
  stallMaxMs: number;
  stallP999Ms: number;
}
