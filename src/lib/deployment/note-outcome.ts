import { readResult } from '../dream/results.js';
import { noteDeployment } from '../promotions/note-deployment.js';
import { deployedExperiments, layoutOf } from './layout.js';
import { readRecords, type DeploymentRecord } from './record.js';

type Noted = Pick<DeploymentRecord, 'winner_id' | 'cycle_id' | 'stage' | 'at' | 'reason'>;

/** Where results of cycles and promotions lie. */
interface OutcomePaths {
  dreamLab: string;
  promotions: string;
}

/** Tells the promotions that led to a winner what became of it: each has it in its `.outcome.json`. */
export async function noteOutcome(
  { dreamLab, promotions }: OutcomePaths,
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

/**
 * The same for the last rollback by an operator of each experiment. Whoever made one may have been killed before it told
 * the promotions, and no signal comes again for it; telling it again changes nothing.
 */
export async function noteOperatorsRollbacks(paths: OutcomePaths, deployRoot: string): Promise<void> {
  for (const experiment of await deployedExperiments(deployRoot)) {
    const last = (await readRecords(layoutOf(deployRoot, experiment))).at(-1);
    if (last?.stage === 'rolled_back' && last.by === 'operator') await noteOutcome(paths, experiment, last);
  }
}
