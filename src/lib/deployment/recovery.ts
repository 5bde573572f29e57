import { withFileLock } from '../base/file-lock.js';
import { deployedExperiments, layoutOf, type Layout } from './layout.js';
import { readIfThere, recover } from './transaction.js';

/** Finishes a change whose process was killed; true where there was one. Nothing is locked where nothing is left. */
export async function finishLeft(layout: Layout): Promise<boolean> {
  if ((await readIfThere(layout.transaction)) === undefined) return false;
  return withFileLock(layout.log, () => recover(layout));
}

/** What became of the changes that were left below a deploy root. */
export interface Recovery {
  finished: string[];
  failed: { experiment: string; error: unknown }[];
}

/** Finishes every change that is left: no signal comes again for an operator's rollback. One that cannot be is told of. */
export async function finishAllLeft(deployRoot: string): Promise<Recovery> {
  const recovery: Recovery = { finished: [], failed: [] };
  for (const experiment of await deployedExperiments(deployRoot)) {
    try {
      if (await finishLeft(layoutOf(deployRoot, experiment))) recovery.finished.push(experiment);
    } catch (error) {
      recovery.failed.push({ experiment, error });
    }
  }
  return recovery;
}
