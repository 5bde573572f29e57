import type { z } from 'zod';
import { own } from '../base/own.js';
import { objectivesIn, type Declared } from './objectives.js';
import { complaintAbout, holds, type Parameter, type Params } from './parameter.js';

/** What of an experiment depends on another part of it. */
interface Checked {
  search_space: Record<string, Parameter>;
  baseline?: Params | undefined;
  metrics: Declared;
  param_mapping: object;
  artifacts: readonly string[];
}

interface CheckedFile {
  experiments: readonly Pick<Checked, 'metrics'>[];
  fitness_aggregation: { weights: Record<string, number> };
}

type Context = z.core.$RefinementCtx;
type Complain = (path: readonly string[], message: string) => void;

/** Complains of what does not fit together within an experiment. */
export function checkExperiment(experiment: Checked, context: Context): void {
  const complain: Complain = (path, message) => context.addIssue({ code: 'custom', path: [...path], message });
  const { search_space: space, metrics } = experiment;
  if (Object.keys(space).length === 0) complain(['search_space'], 'has no parameter');
  if (Object.keys(metrics.target_direction).length === 0) complain(['metrics', 'target_direction'], 'has no metric');
  checkConditions(space, complain);
  checkBaseline(experiment, complain);
  for (const part of ['map', 'weights'] as const)
    complainOfUnknown({ names: metrics[part], known: metrics.target_direction, path: ['metrics', part] }, complain);
  complainOfUnknown({ names: experiment.param_mapping, known: space, path: ['param_mapping'] }, complain);
  for (const file of experiment.artifacts.filter((path) => path.startsWith('/') || path.split('/').includes('..')))
    complain(['artifacts'], `${file} must be a path below the working folder`);
}

/** Complains of experiments that share a name. */
export function checkNames(experiments: readonly { name: string }[], context: Context): void {
  const names = experiments.map(({ name }) => name);
  names.forEach((name, index) => {
    if (names.indexOf(name) < index)
      context.addIssue({ code: 'custom', path: [index, 'name'], message: `${name} is the name of another one` });
  });
}

/** Complains of an experiment in which no metric says what is better. */
export function checkObjectives({ experiments, fitness_aggregation }: CheckedFile, context: Context): void {
  experiments.forEach(({ metrics }, index) => {
    const counts = objectivesIn(metrics, fitness_aggregation.weights).length > 0;
    if (counts || Object.keys(metrics.target_direction).length === 0) return;
    const path = ['experiments', index, 'metrics', 'target_direction'];
    context.addIssue({ code: 'custom', path, message: 'has no metric that is up or down and weighs anything' });
  });
}

/** A condition may only name parameters above its own, so that it cannot go round in a circle. */
function checkConditions(space: Record<string, Parameter>, complain: Complain): void {
  const above = new Map<string, Parameter>();
  for (const [name, parameter] of Object.entries(space)) {
    for (const [other, values] of Object.entries(parameter.when ?? {})) {
      const path = ['search_space', name, 'when', other];
      const named = above.get(other);
      if (named === undefined) complain(path, 'must be a parameter above this one');
      else for (const value of values) complainIfAny(complaintAbout(value, named), value, [path, complain]);
    }
    above.set(name, parameter);
  }
}

function checkBaseline({ search_space: space, baseline }: Checked, complain: Complain): void {
  if (baseline === undefined) return;
  complainOfUnknown({ names: baseline, known: space, path: ['baseline'] }, complain);
  for (const [name, parameter] of Object.entries(space)) {
    const value = own(baseline, name);
    const path = ['baseline', name];
    if (!holds(parameter, baseline)) {
      if (value !== undefined) complain(path, 'is set, but its condition (when) does not hold');
    } else if (value === undefined) complain(path, 'is missing');
    else complainIfAny(complaintAbout(value, parameter), value, [path, complain]);
  }
}

function complainIfAny(complaint: string | undefined, value: unknown, [path, complain]: [string[], Complain]): void {
  if (complaint !== undefined) complain(path, `${JSON.stringify(value)} ${complaint}`);
}

interface Naming {
  names: object;
  known: object;
  path: readonly string[];
}

function complainOfUnknown({ names, known, path }: Naming, complain: Complain): void {
  const wanted = Object.keys(known);
  for (const name of Object.keys(names))
    if (!wanted.includes(name)) complain([...path, name], `there is only ${wanted.join(', ')}`);
}
