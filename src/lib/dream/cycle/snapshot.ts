import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileSafely } from '../../base/atomic-file.js';
import type { Moment } from '../../base/clock-step.js';
import type { Experiments } from '../experiment-file.js';
import { cycleFolder } from '../cycle-folder.js';
import type { CycleState } from './state.js';

/** The experiments of a cycle, and both clocks as it began. */
export interface Snapshot extends Experiments {
  begun: Moment;
  /** Of one that no signal asked for, as it began: nobody else would know of it if its process were ended by force. */
  foreground?: CycleState | undefined;
}

const FILE = 'experiments.json';

/** Keeps the experiments as they are now, so that a later edit of dream.yaml does not change a running cycle. */
export async function writeSnapshot(dreamLab: string, cycleId: string, snapshot: Snapshot): Promise<void> {
  await writeFileSafely(join(cycleFolder(dreamLab, cycleId), FILE), `${JSON.stringify(snapshot, null, 2)}\n`);
}

/** The experiments of a cycle, as they were when it began. */
export async function readSnapshot(dreamLab: string, cycleId: string): Promise<Snapshot> {
  // Written by writeSnapshot alone, atomically.
  return JSON.parse(await readFile(join(cycleFolder(dreamLab, cycleId), FILE), 'utf8')) as Snapshot;
}
