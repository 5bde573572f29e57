import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Evaluation } from './evaluation.js';
import { evaluate } from './evaluator.js';
import type { Experiment } from './experiment.js';
import type { Params } from './parameter.js';

/** Runs an experiment's evaluator for these parameters, as a cycle would, and leaves nothing behind. */
export async function tryEvaluator(
  experiment: Experiment,
  params: Params,
  { folder, abort }: { folder: string; abort: AbortSignal },
): Promise<Evaluation> {
  const workRoot = await mkdtemp(join(tmpdir(), 'kloros-try-'));
  try {
    return await evaluate(experiment, { id: 'try', params }, { folder, workRoot, mark: workRoot, abort });
  } finally {
    await rm(workRoot, { recursive: true, force: true });
  }
}
