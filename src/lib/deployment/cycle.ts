import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errorCode, KlorosError, PermanentError, toError } from '../base/errors.js';
import type { Experiments } from '../dream/experiment-file.js';
import { dreamResultSchema, type DreamResult } from '../dream/result.js';
import type { Winner } from './deploy.js';
import { safeName } from './layout.js';

/** What a cycle found; undefined where it left no result here. Throws CYCLE_UNREADABLE and UNSAFE_NAME. */
export async function readCycle(dreamLab: string, cycleId: string): Promise<DreamResult | undefined> {
  const path = join(dreamLab, safeName(cycleId), 'result.json');
  try {
    return dreamResultSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new PermanentError({
      code: 'CYCLE_UNREADABLE',
      message: `The result of cycle ${cycleId} cannot be read`,
      why: `${path}: ${toError(error).message.split('\n')[0] ?? ''}`,
    });
  }
}

/** Winners of a successful cycle, each with its experiment as it is declared now. Throws EXPERIMENT_NOT_FOUND. */
export function winnersOf(result: DreamResult, { experiments, path }: Experiments): Winner[] {
  if (!result.success) return [];
  return result.experiments.flatMap(({ experiment: name, success, winner }) => {
    if (!success || winner === null) return [];
    const experiment = experiments.find((one) => one.name === name);
    if (experiment === undefined) throw notDeclared(name, path);
    return [{ ...winner, cycleId: result.cycle_id, experiment }];
  });
}

function notDeclared(name: string, path: string): KlorosError {
  return new PermanentError({
    code: 'EXPERIMENT_NOT_FOUND',
    message: `Experiment ${name} is not declared any more`,
    why: `${path} says how a winner of it is validated and where it goes`,
    next: ['declare it again, then: kloros dlq replay'],
  });
}
