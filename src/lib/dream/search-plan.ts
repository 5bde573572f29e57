import type { Experiment, DreamFile } from './experiment.js';
import { objectivesIn } from './objectives.js';
import type { Params } from './parameter.js';
import type { Objective } from './search/fitness.js';
import type { SearchPlan } from './search/search.js';

/** What makes a search of an experiment. */
export interface PlanParts {
  seed: number;
  baseline: Params;
  /** Candidates of the cycle so far, so that no two of it share an id. */
  idOffset: number;
}

/** The metrics of an experiment that count, with their weights. */
export function objectivesOf({ fitness_aggregation }: DreamFile, { metrics }: Experiment): Objective[] {
  return objectivesIn(metrics, fitness_aggregation.weights);
}

/** The search that an experiment declares. */
export function searchPlanOf(
  file: DreamFile,
  experiment: Experiment,
  { seed, baseline, idOffset }: PlanParts,
): SearchPlan {
  const { global_budget } = file.run;
  const numeric = file.mutators.find(({ kind }) => kind === 'numeric');
  const categorical = file.mutators.find(({ kind }) => kind === 'categorical');
  const { max_candidates, max_generations, patience } = experiment.budget;
  return {
    space: experiment.search_space,
    objectives: objectivesOf(file, experiment),
    // A mutator that is not declared does not mutate.
    mutation: {
      sigma: numeric?.kind === 'numeric' ? numeric.sigma : 0,
      swap: categorical?.kind === 'categorical' ? categorical.p : 0,
    },
    selector: experiment.selector,
    budget: {
      max_candidates: Math.min(max_candidates, global_budget.max_candidates ?? Infinity),
      max_generations: Math.min(max_generations, global_budget.max_generations ?? Infinity),
      patience,
    },
    seed: `${seed}/${experiment.name}`,
    baseline,
    idOffset,
  };
}
