import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errorCode } from '../base/errors.js';
import { own, setOwn } from '../base/own.js';
import type { Experiment } from './experiment.js';
import { complaintAbout, holds, valuesOf, type Params } from './parameter.js';

/** What is in use now, and where that is said. */
export interface Baseline {
  params: Params;
  from: 'deployed' | 'declared';
}

const deployedSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** The parameters that are deployed now, else those that the experiment declares. */
export async function currentBaseline(experiment: Experiment, deployRoot: string): Promise<Baseline> {
  const deployed = await readDeployed(join(deployRoot, experiment.name, 'current', 'params.json'));
  // What an older version of the experiment deployed may lie outside its space by now.
  const fits = deployed !== undefined && isCandidate(experiment, deployed);
  return fits ? { params: deployed, from: 'deployed' } : { params: declaredBaseline(experiment), from: 'declared' };
}

/** What an experiment declares as its baseline: `baseline:`, else the first value or the least of each parameter. */
function declaredBaseline({ baseline, search_space: space }: Experiment): Params {
  if (baseline !== undefined) return baseline;
  const params: Params = {};
  for (const [name, parameter] of Object.entries(space)) {
    if (!holds(parameter, params)) continue;
    setOwn(params, name, valuesOf(parameter)?.[0] ?? ('min' in parameter ? parameter.min : false));
  }
  return params;
}

/** Whether these are values of exactly the parameters of a candidate. */
function isCandidate({ search_space: space }: Experiment, params: Params): boolean {
  const isWhole = Object.entries(space).every(([name, parameter]) =>
    holds(parameter, params)
      ? complaintAbout(own(params, name), parameter) === undefined
      : !Object.hasOwn(params, name),
  );
  return isWhole && Object.keys(params).every((name) => Object.hasOwn(space, name));
}

async function readDeployed(path: string): Promise<Params | undefined> {
  try {
    return deployedSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError || ['ENOENT', 'ENOTDIR'].includes(errorCode(error) ?? '')) return undefined;
    throw error;
  }
}
