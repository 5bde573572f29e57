import { closest } from '../base/closest.js';
import { KlorosError } from '../base/errors.js';
import type { Experiment } from './experiment.js';
import type { Experiments } from './experiment-file.js';

/** Experiments that a topic means, by name or by `topics`; all enabled ones without a topic. */
export function experimentsOf({ experiments }: Experiments, topic: string | null): Experiment[] {
  return experiments.filter(
    ({ enabled, name, topics }) => enabled && (topic === null || name === topic || topics.includes(topic)),
  );
}

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
