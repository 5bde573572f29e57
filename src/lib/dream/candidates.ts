import { join } from 'node:path';
import { readJsonLines } from '../base/json-lines.js';
import { cycleFolder } from './cycle-folder.js';
import type { EvaluationRow } from './cycle/evaluations.js';

/** Every candidate that a cycle judged, as `evaluations.jsonl` has them; none where the file is gone. */
export async function readCandidates(dreamLab: string, cycleId: string): Promise<EvaluationRow[]> {
  const rows: EvaluationRow[] = [];
  for await (const { value, complete } of readJsonLines(join(cycleFolder(dreamLab, cycleId), 'evaluations.jsonl')))
    // Written by EvaluationLog alone; its last line may be torn.
    if (value !== undefined && complete) rows.push(value as EvaluationRow);
  return rows;
}
