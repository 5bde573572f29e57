import { readdir } from 'node:fs/promises';
import { errorCode } from '../../base/errors.js';
import type { ExperimentResult } from '../result.js';
import { improvementOver } from '../search/fitness.js';
import { TITLE, type TournamentRecord } from '../tournament/record.js';
import { artifactFolder, cycleFolder } from '../cycle-folder.js';
import type { CycleContext } from './context.js';
import { partsOf, resultOf } from './experiment-steps.js';
import type { CurrentExperiment, CycleState } from './state.js';

/**
 * What a tournament says of an experiment. The champion is a winner only where the title match against what is in use was
 * decided, and not by a mean that may be noise, and where the metrics themselves are better: both were measured in
 * turns, on the same machine at the same time.
 */
export async function verdictOf(
  { cycleId }: CycleState,
  current: CurrentExperiment,
  { record, context }: { record: TournamentRecord; context: CycleContext },
): Promise<ExperimentResult> {
  const { objectives } = partsOf(current, context);
  const title = record.played[TITLE];
  const failed = (error_type: string, error_message: string) =>
    resultOf(current, objectives, { failure: { error_type, error_message } });
  if (title === undefined) return failed('NoChampion', 'every candidate failed when it was measured again');
  const { a: champion, b: inUse } = title;
  if (inUse.failure !== null)
    return failed('BaselineFailed', `what is in use cannot be judged any more: ${inUse.failure}`);
  const baseline = { params: current.baseline, metrics: inUse.metrics, fitness: inUse.fitness };
  if (champion.failure !== null) return resultOf(current, objectives, { baseline });
  const fitness_improvement = improvementOver(inUse.metrics, champion.metrics, objectives);
  const isDecided = title.winner === champion.id && title.decided_by === 'significance';
  const isBetter = isDecided && (fitness_improvement ?? 0) > 0;
  if (!isBetter) return resultOf(current, objectives, { baseline, fitness_improvement });
  const params = record.entrants.find(({ id }) => id === champion.id)?.params ?? {};
  const artifacts = await filesBelow(artifactFolder(cycleFolder(context.dreamLab, cycleId), champion.id));
  const { id, metrics, fitness, spread } = champion;
  return resultOf(current, objectives, {
    baseline,
    fitness_improvement,
    winner: { id, params, metrics, fitness, spread, artifacts },
  });
}

async function filesBelow(folder: string): Promise<string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return files.map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length + 1)).sort();
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}
