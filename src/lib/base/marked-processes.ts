import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { folderKey } from './folder-place.js';

/** Variable in whose value the mark stands; children inherit it, also those that leave the process group. */
export const MARK = 'KLOROS_GUARD';

/** A mark of this folder alone: what was copied with a home names the same cycle, and must not end the original's. */
export function markIn(folder: string, name: string): string {
  return `${existsSync(folder) ? folderKey(folder) : folder}/${name}`;
}

/** A process may start another between the look and the end of it. */
const MOST_ROUNDS = 10;

/** Ends every process that has this mark, or one that begins with it and a `/`. Answers how many there were. */
export async function endMarked(mark: string): Promise<number> {
  let ended = 0;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const found = await markedPids(mark);
    if (found.length === 0) return ended;
    for (const pid of found) end(pid);
    ended += found.length;
  }
  return ended;
}

async function markedPids(mark: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const marked = await Promise.all(pids.map((pid) => isMarked(pid, mark)));
  return pids.filter((pid, index) => pid !== process.pid && marked[index] === true);
}

async function isMarked(pid: number, mark: string): Promise<boolean> {
  try {
    const environment = (await readFile(`/proc/${pid}/environ`, 'latin1')).split('\0');
    return environment.some((entry) => entry === `${MARK}=${mark}` || entry.startsWith(`${MARK}=${mark}/`));
  } catch {
    return false; // It has ended, or belongs to somebody else.
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    return; // It has ended by itself.
  }
}
