import { closeSync, constants, openSync, statSync } from 'node:fs';
import { flockHolder, loadFlock } from '../base/flock.js';

/** The lock by which a supervisor is known. */
export interface HomeLock {
  release(): void;
}

/**
 * Locks the folder of a home for the one supervisor that it may have; undefined where another has it. The kernel keeps
 * the lock as long as the process lives, whatever becomes of the files in the folder, and a copy of the folder has its own.
 */
export async function lockHome(home: string): Promise<HomeLock | undefined> {
  const flock = await loadFlock();
  const folder = openSync(home, constants.O_RDONLY | constants.O_DIRECTORY);
  if (flock(folder)) return { release: () => closeSync(folder) };
  closeSync(folder);
  return undefined;
}

/** Process of the supervisor that lives in a home; undefined where none does. */
export function supervisorOf(home: string): number | undefined {
  const folder = statSync(home, { throwIfNoEntry: false });
  return folder && flockHolder(folder.ino);
}
