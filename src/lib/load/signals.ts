/** What is said while a private bus is loaded; nobody else hears these names. */
export const LOAD = {
  /** Nobody hears it: what emitting alone costs. */
  unheard: 'BENCH_UNHEARD',
  /** Carries when it was said, and whether it wants an answer. */
  heard: 'BENCH_HEARD',
  answer: 'BENCH_ANSWER',
  /** Asks the handler for what it measured since the last time. */
  report: 'BENCH_REPORT',
} as const;

/** Milliseconds on a clock that all processes of a machine share; only differences mean anything. */
export function sharedNowMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
