import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileSafely } from '../../base/atomic-file.js';
import { errorCode } from '../../base/errors.js';
import { withFileLock } from '../../base/file-lock.js';
import { folderKey } from '../../base/folder-place.js';
import { isAlive, ownIdentity, type ProcessIdentity } from '../../base/process-identity.js';

/** The cycle that runs, and the process that runs it. */
interface Running {
  cycle_id: string;
  owner: ProcessIdentity;
  /** Key of its folder: a copied home names the original's process. */
  folder?: string;
}

const FILE = 'running.json';

/**
 * Makes this process the one that runs a cycle. Answers the id of another cycle whose owner lives, or undefined when
 * it is ours. A live owner never loses it, a dead one at once; the owner of the same cycle hands it over.
 */
export async function takeLock(dreamLab: string, cycleId: string): Promise<string | undefined> {
  const path = join(dreamLab, FILE);
  return withFileLock(path, async () => {
    const running = await readRunning(path);
    if (running !== undefined && running.cycle_id !== cycleId && isRunningIn(dreamLab, running))
      return running.cycle_id;
    await writeFileSafely(
      path,
      `${JSON.stringify({ cycle_id: cycleId, owner: ownIdentity(), folder: folderKey(dreamLab) })}\n`,
    );
    return undefined;
  });
}

/** Gives it back, where it is still that cycle's. */
export async function releaseLock(dreamLab: string, cycleId: string): Promise<void> {
  const path = join(dreamLab, FILE);
  await withFileLock(path, async () => {
    if ((await readRunning(path))?.cycle_id === cycleId) await rm(path, { force: true });
  });
}

/** The cycle that runs now; undefined where none does, or its owner has gone. */
export async function cycleUnderway(dreamLab: string): Promise<string | undefined> {
  const running = await readRunning(join(dreamLab, FILE));
  return running !== undefined && isRunningIn(dreamLab, running) ? running.cycle_id : undefined;
}

/** The cycle whose owner has gone without giving it back. */
export async function leftCycle(dreamLab: string): Promise<string | undefined> {
  const running = await readRunning(join(dreamLab, FILE));
  return running === undefined || isRunningIn(dreamLab, running) ? undefined : running.cycle_id;
}

function isRunningIn(dreamLab: string, { owner, folder }: Running): boolean {
  return isAlive(owner) && (folder === undefined || folder === folderKey(dreamLab));
}

async function readRunning(path: string): Promise<Running | undefined> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Running;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
