import type { Clock } from '../../base/clock.js';
import { momentOf } from '../../base/clock-step.js';
import { readCandidates } from '../candidates.js';
import { BASELINE } from '../search/search.js';
import { conclude } from './conclude.js';
import { leftCycle } from './lock.js';
import { readSnapshot } from './snapshot.js';

const KILLED = { error_type: 'Interrupted', error_message: 'its process was ended by force' };

/**
 * Concludes the cycle that a process in the foreground was at when it was ended by force: nobody goes on with it, and what
 * it had started may still run. One that a signal asked for is its daemon's, which goes on.
 */
export async function concludeLeft(dreamLab: string, clock: Clock): Promise<void> {
  const cycleId = await leftCycle(dreamLab);
  if (cycleId === undefined) return;
  const { foreground } = await readSnapshot(dreamLab, cycleId).catch(() => ({ foreground: undefined }));
  if (foreground === undefined) return;
  const tried = (await readCandidates(dreamLab, cycleId)).filter(({ id }) => id !== BASELINE);
  await conclude({ ...foreground, mutations: tried.length }, KILLED, { dreamLab, now: momentOf(clock) });
}
