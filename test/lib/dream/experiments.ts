import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { readExperiments, type Experiments } from '../../../src/lib/dream/experiment-file.js';
import type { Experiment } from '../../../src/lib/dream/experiment.js';
import { temporaryFolder } from '../../helpers/temporary-folders.js';

/** A dream.yaml of this text in a folder of its own, read. */
export async function experimentsOf(text: string): Promise<Experiments> {
  const path = join(temporaryFolder(), 'dream.yaml');
  writeFileSync(path, text);
  return readExperiments(path);
}

/** Node's arguments that run a program text as an evaluator; `candidate` is what it was given. */
export function nodeEvaluator(program: string): string[] {
  const read = "const candidate = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));";
  return [process.execPath, '-e', `${read}\n${program}`];
}

/** The smallest experiment, with these parts changed. */
export function plainExperiment(parts: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'plain',
    search_space: { x: { type: 'float', min: 0, max: 1 } },
    evaluator: { command: nodeEvaluator('console.log(JSON.stringify({ score: candidate.x }))') },
    metrics: { target_direction: { score: 'up' } },
    ...parts,
  };
}

/** One experiment, checked as dream.yaml is. */
export async function experimentWith(parts: Record<string, unknown> = {}): Promise<Experiment> {
  const { experiments } = await experimentsOf(stringify({ experiments: [plainExperiment(parts)] }));
  const [experiment] = experiments;
  if (experiment === undefined) throw new Error('there is no experiment');
  return experiment;
}
