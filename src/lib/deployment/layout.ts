import { readdir, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorCode } from '../base/errors.js';
import { isFileName, pathBelow } from '../base/safe-path.js';

/** Where what is deployed of one experiment lies. */
export interface Layout {
  experiment: string;
  /** `<deploy_root>/<experiment>`. */
  root: string;
  /** Link to the version that is in use. */
  current: string;
  versions: string;
  backups: string;
  /** There while a change is under way. */
  transaction: string;
  log: string;
}

/** The places of an experiment. Throws UNSAFE_FILE_NAME. */
export function layoutOf(deployRoot: string, experiment: string): Layout {
  const root = pathBelow(deployRoot, experiment);
  const at = (name: string) => join(root, name);
  return {
    experiment,
    root,
    current: at('current'),
    versions: at('versions'),
    backups: at('backups'),
    transaction: at('transaction.json'),
    log: at('deployments.jsonl'),
  };
}

/** Experiments of which something was deployed, proposed or refused. */
export async function deployedExperiments(deployRoot: string): Promise<string[]> {
  try {
    const entries = await readdir(deployRoot, { withFileTypes: true });
    return entries.flatMap((entry) => (entry.isDirectory() && isFileName(entry.name) ? [entry.name] : [])).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** Id of the version that is in use; null where nothing was deployed. */
export async function currentVersion({ current }: Layout): Promise<string | null> {
  try {
    return basename(await readlink(current));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}
