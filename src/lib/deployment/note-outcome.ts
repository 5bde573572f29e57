import { readResult } from '../dream/results.js';
import { noteDeployment } from '../promotions/note-deployment.js';
import type { DeploymentRecord } from './record.js';

type Noted = Pick<DeploymentRecord, 'winner_id' | 'cycle_id' | 'stage' | 'at' | 'reason'>;

/** Tells the promotions that led to a winner what became of it: each has it in its `.outcome.json`. */
export async function noteOutcome(
  { dreamLab, promotions }: { dreamLab: string; promotions: string },
  experiment: string,
  { winner_id: winner, cycle_id: cycleId, stage, at, reason }: Noted,
): Promise<void> {
  const result = await readResult(dreamLab, cycleId);
  if (result === undefined) return;
  await noteDeployment(
    promotions,
    { cycleId, promotions: result.promotions },
    { experiment, winner, stage, at, reason },
  );
}
