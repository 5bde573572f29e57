import { deployedExperiments } from '../deployment/layout.js';
import { notFoundError, usageError } from './command-error.js';

/** The experiment that is meant; the only one where none is named. Throws EXPERIMENT_NOT_FOUND and USAGE. */
export async function experimentNamed(deployRoot: string, name: string | undefined): Promise<string> {
  const names = await deployedExperiments(deployRoot);
  const [only] = names;
  if (name === undefined && names.length > 1)
    throw usageError('Which experiment?', `there are ${names.join(', ')}`, ['name one of them']);
  const found = name === undefined ? only : names.find((one) => one === name);
  if (found !== undefined) return found;
  throw notFoundError({
    kind: 'experiment',
    name: name ?? 'that was deployed',
    candidates: names,
    list: 'kloros dream diff',
  });
}
