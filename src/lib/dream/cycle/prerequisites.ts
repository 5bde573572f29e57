import { mkdir, statfs } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import type { Config } from '../../config/schema.js';
import type { Experiments } from '../experiment-file.js';
import { missingEvaluator } from '../evaluator.js';
import { experimentsOf } from '../find-experiment.js';
import type { DreamFailure } from '../result.js';

const BYTES_PER_MIB = 1_048_576;

/** Names of the experiments that can run, or why none can. */
export type Ready = { names: string[] } | { failure: DreamFailure };

/** Whether a cycle about this topic can begin: experiments that are enabled, evaluators, disk, load. */
export async function readyFor(
  topic: string | null,
  experiments: Experiments,
  { dream, dreamLab }: Pick<Config, 'dream'> & { dreamLab: string },
): Promise<Ready> {
  const chosen = experimentsOf(experiments, topic);
  if (chosen.length === 0) return { failure: nothingToDo(topic, experiments) };
  for (const experiment of chosen) {
    const missing = await missingEvaluator(experiment, experiments.folder);
    if (missing !== undefined)
      return failed('EvaluatorMissing', `the evaluator of ${experiment.name} cannot be started: ${missing}`);
  }
  const freeMb = await freeMbOf(dreamLab);
  if (freeMb < dream.minFreeMb)
    return failed(
      'DiskFull',
      `${Math.floor(freeMb)} MiB are free in ${dreamLab}, fewer than dream.minFreeMb, ${dream.minFreeMb}`,
    );
  const load = (loadavg()[0] ?? 0) / availableParallelism();
  if (load > dream.maxLoad)
    return failed('MachineBusy', `the load is ${load.toFixed(1)} a core, more than dream.maxLoad, ${dream.maxLoad}`);
  return { names: chosen.map(({ name }) => name) };
}

function failed(error_type: string, error_message: string): Ready {
  return { failure: { error_type, error_message } };
}

function nothingToDo(topic: string | null, { experiments, path }: Experiments): DreamFailure {
  const names = experiments.map(({ name, enabled }) => (enabled ? name : `${name} (disabled)`)).join(', ') || 'none';
  const what = topic === null ? 'no experiment is enabled' : `no enabled experiment has the name or topic ${topic}`;
  return { error_type: 'NoExperiment', error_message: `${what}; ${path} has ${names}` };
}

async function freeMbOf(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true });
  const { bavail, bsize } = await statfs(folder);
  return (bavail * bsize) / BYTES_PER_MIB;
}
