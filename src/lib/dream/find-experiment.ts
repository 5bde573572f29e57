import { closest } from '../base/closest.js';
import { KlorosError } from '../base/errors.js';
import type { Experiment } from './experiment.js';
import type { Experiments } from './experiment-file.js';

/** The experiment of this name. Throws EXPERIMENT_NOT_FOUND with a suggestion. */
export function findExperiment({ experiments, path }: Experiments, name: string): Experiment {
  const found = experiments.find((experiment) => experiment.name === name);
  if (found !== undefined) return found;
  const names = experiments.map((experiment) => experiment.name);
  const near = closest(name, names);
  throw new KlorosError({
    code: 'EXPERIMENT_NOT_FOUND',
    message: `There is no experiment ${JSON.stringify(name)}`,
    why: near === undefined ? `${path} has ${names.join(', ') || 'none'}` : `did you mean ${near}?`,
    next: ['see all: kloros dream list'],
  });
}
