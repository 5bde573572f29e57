import { readdir, stat } from 'node:fs/promises';
import { errorCode } from './errors.js';

/** Which file: its numbers do not change when it is renamed or unlinked. */
export interface FileNumbers {
  dev: number;
  ino: number;
}

/** Whether a process has a file open; `unknown` where processes of other users could not be looked at. */
export type Held = 'yes' | 'no' | 'unknown';

/** Looks through /proc for a process that has the file open, this one included. */
export async function holdersOf(file: FileNumbers): Promise<Held> {
  let held: Held = 'no';
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue;
    const found = await heldBy(pid, file);
    if (found === 'yes') return 'yes';
    if (found === 'unknown') held = 'unknown';
  }
  return held;
}

/** Processes that have the file open, this one included; those of other users only where they can be looked at. */
export async function pidsHolding(file: FileNumbers): Promise<number[]> {
  const pids: number[] = [];
  for (const pid of await readdir('/proc')) {
    if (/^\d+$/.test(pid) && (await heldBy(pid, file)) === 'yes') pids.push(Number(pid));
  }
  return pids;
}

async function heldBy(pid: string, { dev, ino }: FileNumbers): Promise<Held> {
  const folder = `/proc/${pid}/fd`;
  try {
    for (const name of await readdir(folder)) {
      const found = await stat(`${folder}/${name}`).catch(() => undefined);
      if (found?.ino === ino && found.dev === dev) return 'yes';
    }
    return 'no';
  } catch (error) {
    // A process that has just ended holds nothing.
    return errorCode(error) === 'ENOENT' || errorCode(error) === 'ESRCH' ? 'no' : 'unknown';
  }
}
