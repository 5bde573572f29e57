import { readdir, readlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { errorCode, KlorosError } from '../base/errors.js';

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

/** The places of an experiment. */
export function layoutOf(deployRoot: string, experiment: string): Layout {
  const root = join(deployRoot, safeName(experiment));
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
    return entries.flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])).sort();
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

/** A name that stays one part of a path. Throws UNSAFE_NAME. */
export function safeName(name: string): string {
  if (/^[A-Za-z0-9_][\w.-]{0,200}$/.test(name)) return name;
  throw new KlorosError({
    code: 'UNSAFE_NAME',
    message: `${JSON.stringify(name)} cannot name a folder`,
    why: 'a name of letters, digits, `_`, `-` and `.` stays where it belongs',
  });
}
