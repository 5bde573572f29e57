import { own } from '../base/own.js';
import type { Objective } from './search/fitness.js';

type Weights = Readonly<Record<string, number>>;

/** What of an experiment says which metrics count. */
export interface Declared {
  target_direction: Readonly<Record<string, Objective['direction'] | 'neutral'>>;
  map: Readonly<Record<string, string>>;
  weights: Weights;
}

/**
 * The metrics that count, with their weights. Those of the experiment win over those of the file, which are by metric or
 * by the role that `map` gives it. A neutral metric and one of weight 0 are observed only.
 */
export function objectivesIn({ target_direction: directions, map, weights }: Declared, shared: Weights): Objective[] {
  return Object.entries(directions).flatMap(([metric, direction]) => {
    const weight = Math.abs(
      own(weights, metric) ?? own(shared, metric) ?? own(shared, own(map, metric) ?? metric) ?? 1,
    );
    return direction === 'neutral' || weight === 0 ? [] : [{ metric, direction, weight }];
  });
}
