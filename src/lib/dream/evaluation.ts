import { own } from '../base/own.js';

/** What an evaluator measured, by metric. */
export type Metrics = Record<string, number>;

/** Why a candidate has no metrics. A failed candidate never has a fitness. */
export interface EvaluationFailure {
  error_type:
    | 'EvaluatorMissing'
    | 'EvaluatorCrashed'
    | 'EvaluatorTimedOut'
    | 'EvaluatorOutOfMemory'
    | 'OutputTooLarge'
    | 'OutputUnreadable'
    | 'MetricMissing'
    | 'MetricNotFinite'
    | 'ArtifactMissing'
    | 'Stopped';
  error_message: string;
  /** The end of what it wrote to stderr. */
  stderr: string;
}

/** One run of an evaluator. */
export type RunOutcome =
  { ok: true; metrics: Metrics; durationMs: number } | { ok: false; failure: EvaluationFailure; durationMs: number };

/** All runs of a candidate taken together. */
export type Evaluation =
  | {
      ok: true;
      /** Median of each metric. */
      metrics: Metrics;
      /** Sample standard deviation of each metric, 0 for a single run. */
      spread: Metrics;
      runs: number;
      durationMs: number;
    }
  | { ok: false; failure: EvaluationFailure; runs: number; durationMs: number };

/** Median and spread of several runs. */
export function summarise(runs: readonly Metrics[]): { metrics: Metrics; spread: Metrics } {
  // One that is observed only may be missing in some run.
  const names = Object.keys(runs[0] ?? {}).filter((name) => runs.every((run) => Object.hasOwn(run, name)));
  const samples = names.map((name) => [name, runs.map((run) => own(run, name) ?? NaN)] as const);
  return {
    metrics: Object.fromEntries(samples.map(([name, values]) => [name, median(values)])),
    spread: Object.fromEntries(samples.map(([name, values]) => [name, standardDeviation(values)])),
  };
}

/** Arithmetic mean; NaN of nothing. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation, 0 below two values. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}

/** Middle of the values, the mean of the middle two; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? NaN) + (sorted[Math.ceil(middle)] ?? NaN)) / 2;
}
