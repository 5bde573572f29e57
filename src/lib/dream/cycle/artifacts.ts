import { cp, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errorCode } from '../../base/errors.js';
import type { EvaluationFailure } from '../evaluation.js';

/** Takes the declared files out of a working folder; a failure of the candidate where one is missing. */
export async function keepArtifacts(
  files: readonly string[],
  from: string,
  to: string,
): Promise<EvaluationFailure | undefined> {
  for (const file of files) {
    if (!(await isThere(join(from, file))))
      return {
        error_type: 'ArtifactMissing',
        error_message: `the evaluator left no ${file} in its working folder`,
        stderr: '',
      };
    await mkdir(dirname(join(to, file)), { recursive: true });
    // Links would lead out of the folder, or into one that is removed.
    await cp(join(from, file), join(to, file), { recursive: true, dereference: true });
  }
  return undefined;
}

/** Removes the files of all candidates but the winners'. */
export async function pruneArtifacts(cycleFolder: string, winners: readonly string[]): Promise<void> {
  const root = join(cycleFolder, 'artifacts');
  for (const id of await namesIn(root))
    if (!winners.includes(id)) await rm(join(root, id), { recursive: true, force: true });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
