import { own } from '../../base/own.js';
import type { Metrics } from '../evaluation.js';

/** One metric: what is better, and how much it counts. */
export interface Objective {
  metric: string;
  direction: 'up' | 'down';
  weight: number;
}

/** The range of each metric within a population. */
export type Scale = Record<string, { min: number; max: number }>;

/** Share of a population that may lie beyond each end of a range. */
const OUTLIERS = 0.1;

/**
 * The range of each metric, so that milliseconds cannot swamp ratios. The tenth at either end may lie beyond it: a few
 * candidates that are far worse than all others must not make all others look alike.
 */
export function scaleOf(population: readonly Metrics[], objectives: readonly Objective[]): Scale {
  return Object.fromEntries(
    objectives.map(({ metric }) => {
      const values = population.map((metrics) => own(metrics, metric) ?? NaN).filter(Number.isFinite);
      return [metric, rangeOf(values.sort((a, b) => a - b))];
    }),
  );
}

function rangeOf(sorted: readonly number[]): { min: number; max: number } {
  const beyond = Math.floor(sorted.length * OUTLIERS);
  const [min, max] = [sorted[beyond] ?? 0, sorted.at(-1 - beyond) ?? 0];
  return min < max ? { min, max } : { min: sorted[0] ?? 0, max: sorted.at(-1) ?? 0 };
}

/** Weighted mean of the metrics, each as a share of its range: about 0 for the worst in everything, about 1 for the best. */
export function fitnessOf(metrics: Metrics, scale: Scale, objectives: readonly Objective[]): number {
  const total = objectives.reduce((sum, { weight }) => sum + weight, 0);
  return objectives.reduce((sum, objective) => sum + objective.weight * shareOf(metrics, scale, objective), 0) / total;
}

/** Weighted mean relative change against a baseline, positive is better; null where that has no metric to compare. */
export function improvementOver(baseline: Metrics, metrics: Metrics, objectives: readonly Objective[]): number | null {
  const changes = objectives.map((objective) => ({ ...objective, change: changeOf(baseline, metrics, objective) }));
  const known = changes.filter(({ change }) => Number.isFinite(change));
  const total = known.reduce((sum, { weight }) => sum + weight, 0);
  return total === 0 ? null : known.reduce((sum, { weight, change }) => sum + weight * change, 0) / total;
}

/** Whether one is at least as good in everything and better in something. */
function dominates(one: Metrics, other: Metrics, objectives: readonly Objective[]): boolean {
  const gains = objectives.map(({ metric, direction }) => {
    const gain = (own(one, metric) ?? NaN) - (own(other, metric) ?? NaN);
    return direction === 'up' ? gain : -gain;
  });
  return gains.every((gain) => gain >= 0) && gains.some((gain) => gain > 0);
}

/** Those that no other dominates. */
export function paretoFront<T extends { metrics: Metrics }>(
  population: readonly T[],
  objectives: readonly Objective[],
): T[] {
  return population.filter(({ metrics }) => !population.some((other) => dominates(other.metrics, metrics, objectives)));
}

function shareOf(metrics: Metrics, scale: Scale, { metric, direction }: Objective): number {
  const { min, max } = own(scale, metric) ?? { min: 0, max: 0 };
  if (max === min) return 0.5;
  const share = ((own(metrics, metric) ?? NaN) - min) / (max - min);
  return direction === 'up' ? share : 1 - share;
}

function changeOf(baseline: Metrics, metrics: Metrics, { metric, direction }: Objective): number {
  const [before, after] = [own(baseline, metric) ?? NaN, own(metrics, metric) ?? NaN];
  if (before === after) return 0;
  const change = (after - before) / Math.abs(before);
  return direction === 'up' ? change : -change;
}
