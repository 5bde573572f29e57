import { mkdirSync } from 'node:fs';

const OWNER_ALONE = 0o700;

/**
 * Makes the folder of a new home, for its user alone: its journal holds all signals in clear text. An existing one keeps
 * its mode, since an operator may share it with a group, or let others leave intents in it.
 */
export function makeHome(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: OWNER_ALONE });
}
