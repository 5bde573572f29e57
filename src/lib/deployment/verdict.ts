import { own } from '../base/own.js';
import type { Metrics } from '../dream/evaluation.js';
import type { Experiment } from '../dream/experiment.js';
import { objectivesIn } from '../dream/objectives.js';

/** What a look at the metrics after a deployment leads to (formats.md §7). */
export type Verdict = 'better' | 'as-good' | 'worse';

/** From here on it is better, and the new baseline. */
const BETTER_FROM = 0.02;
/** Below this it is rolled back. */
const WORSE_BELOW = -0.05;

/** Which way each metric points, and how much it counts; those without a weight count 1. */
export interface Measure {
  directions: Readonly<Record<string, 'up' | 'down'>>;
  weights: Readonly<Record<string, number>>;
}

/** How an experiment is measured; its own weights go before those of the whole file. */
export function measureOf({ metrics }: Experiment, shared: Readonly<Record<string, number>>): Measure {
  const objectives = objectivesIn(metrics, shared);
  return {
    directions: Object.fromEntries(objectives.map(({ metric, direction }) => [metric, direction])),
    weights: Object.fromEntries(objectives.map(({ metric, weight }) => [metric, weight])),
  };
}

/** Weighted mean relative change of the metrics against a baseline; positive is better, whichever way a metric points. */
export function meanChange({ directions, weights }: Measure, now: Metrics, before: Metrics): number {
  let [sum, whole] = [0, 0];
  for (const [name, direction] of Object.entries(directions)) {
    const weight = own(weights, name) ?? 1;
    sum += weight * relative(own(now, name) ?? NaN, own(before, name) ?? NaN) * (direction === 'down' ? -1 : 1);
    whole += weight;
  }
  return sum / whole;
}

/** What a change means; one that cannot be computed is worse. */
export function verdictOf(change: number): Verdict {
  if (change >= BETTER_FROM) return 'better';
  return change >= WORSE_BELOW ? 'as-good' : 'worse';
}

/** Against a baseline of 0 nothing is relative: the whole difference counts. */
function relative(value: number, base: number): number {
  if (value === base) return 0;
  return base === 0 ? Math.sign(value) : (value - base) / Math.abs(base);
}

/** A change as people read it. */
export function changeText(change: number): string {
  return `${change >= 0 ? '+' : ''}${Math.round(change * 1_000) / 10} %`;
}
