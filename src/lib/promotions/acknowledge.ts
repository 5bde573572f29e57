import { mkdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, writeFileSafely } from '../base/atomic-file.js';
import { errorCode } from '../base/errors.js';

/** What became of promotions: the cycle that they led to, and what it brought. */
export interface PromotionOutcome {
  cycle_id: string;
  acknowledged_at: string;
  winner: string | null;
  fitness_improvement: number | null;
}

/** Ending of the file beside an acknowledged promotion that says what became of it. */
export const OUTCOME_SUFFIX = '.outcome.json';

/**
 * Moves promotions to `acknowledged/`, each with what became of it beside it. Those that are gone already are passed
 * over, so that it can be done again after a crash. Answers the names that it moved.
 */
export async function acknowledge(
  folder: string,
  names: readonly string[],
  outcome: PromotionOutcome,
): Promise<string[]> {
  const moved: string[] = [];
  if (names.length === 0) return moved;
  const to = join(folder, 'acknowledged');
  await mkdir(to, { recursive: true });
  for (const name of names) {
    if (!(await isThere(join(folder, name)))) continue;
    // A promotion of the same name may have come and gone before.
    const target = (await isThere(join(to, name))) ? name.replace(/\.json$/, `.${outcome.cycle_id}.json`) : name;
    await writeFileSafely(join(to, outcomeNameOf(target)), `${JSON.stringify(outcome, null, 2)}\n`);
    await rename(join(folder, name), join(to, target));
    moved.push(name);
  }
  await syncFolder(to);
  await syncFolder(folder);
  return moved;
}

/** Name of the file beside an acknowledged promotion. */
export function outcomeNameOf(name: string): string {
  return name.replace(/\.json$/, OUTCOME_SUFFIX);
}

/** Whether a path is a file. */
export async function isThere(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
