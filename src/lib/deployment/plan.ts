import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { errorCode, PermanentError } from '../base/errors.js';
import { own } from '../base/own.js';
import type { Experiment } from '../dream/experiment.js';
import type { Params } from '../dream/parameter.js';
import { formatOf, type Edit, type TargetFormat } from './edit-target.js';

/** A file that param_mapping declares, and the keys that go there. */
export interface Target {
  path: string;
  format: TargetFormat;
  edits: Edit[];
}

/** Where the parameters of a winner go, besides its version's own params.json. */
export interface Plan {
  targets: Target[];
  /** Parameters that are mapped to a plain KEY: they go into params.env of the version. */
  env: Edit[];
}

/**
 * What param_mapping makes of parameters; one whose condition does not hold is taken out of its target.
 * Throws TARGET_REFUSED for a file that is a link to one that is not declared itself (D9).
 */
export async function planTargets(experiment: Experiment, params: Params, folder: string): Promise<Plan> {
  const plan: Plan = { targets: [], env: [] };
  const declared = declaredFiles(experiment, folder);
  for (const [name, target] of Object.entries(experiment.param_mapping)) {
    const value = own(params, name) ?? null;
    if (typeof target === 'string') {
      plan.env.push({ key: target, value });
      continue;
    }
    const path = await realTarget(resolve(folder, target.file), declared);
    const format = target.format ?? formatOf(path);
    const known = plan.targets.find((one) => one.path === path);
    if (known) known.edits.push({ key: target.key, value });
    else plan.targets.push({ path, format, edits: [{ key: target.key, value }] });
  }
  return plan;
}

function declaredFiles({ param_mapping: mapping }: Experiment, folder: string): Set<string> {
  const files = Object.values(mapping).flatMap((target) => (typeof target === 'string' ? [] : [target.file]));
  return new Set(files.map((file) => resolve(folder, file)));
}

/** The folder's links are resolved; the file itself may be a link only to another declared one. */
async function realTarget(path: string, declared: ReadonlySet<string>): Promise<string> {
  const [isLink, real] = [await isSymlink(path), await realpathOf(path)];
  if (!isLink || declared.has(real)) return real;
  throw new PermanentError({
    code: 'TARGET_REFUSED',
    message: `${path} is a link to ${real}, which param_mapping does not declare`,
    why: 'what is deployed goes below deployRoot and to declared files only',
    next: [`declare it: {file: ${real}, key: …} in param_mapping of dream.yaml`],
  });
}

async function isSymlink(path: string): Promise<boolean> {
  return lstat(path).then(
    (stats) => stats.isSymbolicLink(),
    () => false,
  );
}

/** Of a file that is not there yet, the folder's. */
async function realpathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
    const parent = dirname(path);
    return parent === path ? path : join(await realpathOf(parent), basename(path));
  }
}
