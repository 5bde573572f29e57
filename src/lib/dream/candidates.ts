import { join } from 'node:path';
import { cycleFolder } from './cycle-folder.js';
import { readEvaluations, type EvaluationRow } from './cycle/evaluations.js';

/** Every candidate that a cycle judged, as `evaluations.jsonl` has them; none where the file is gone. */
export async function readCandidates(dreamLab: string, cycleId: string): Promise<EvaluationRow[]> {
  return readEvaluations(join(cycleFolder(dreamLab, cycleId), 'evaluations.jsonl'));
}
