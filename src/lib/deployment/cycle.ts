import { readFile } from 'node:fs/promises';
import { errorCode, KlorosError, PermanentError, toError } from '../base/errors.js';
import type { Experiment } from '../dream/experiment.js';
import { readExperiments, type Experiments } from '../dream/experiment-file.js';
import { dreamResultSchema, type DreamResult } from '../dream/result.js';
import { resultPath } from '../dream/results.js';
import type { Winner } from './deploy.js';

/** What a cycle found; undefined where it left no result here. Throws CYCLE_UNREADABLE and UNSAFE_FILE_NAME. */
export async function readCycle(dreamLab: string, cycleId: string): Promise<DreamResult | undefined> {
  const path = resultPath(dreamLab, cycleId);
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

/** A winner that cannot even be looked at, and why. */
export interface Lost {
  experiment: string;
  winnerId: string;
  errorType: string;
  message: string;
}

/** Winners of a cycle: those whose experiment is declared, and those that nobody can validate or place. */
export interface CycleWinners {
  winners: Winner[];
  lost: Lost[];
}

/** Errors of dream.yaml that only a person can mend. */
const UNUSABLE: ReadonlyMap<string | undefined, string> = new Map([
  ['INVALID_EXPERIMENTS', 'InvalidExperiments'],
  ['EXPERIMENTS_NOT_FOUND', 'ExperimentsNotFound'],
  ['EXPERIMENTS_UNREADABLE', 'ExperimentsUnreadable'],
]);

/** What dream.yaml declares now, or why it cannot be used. */
export async function declaredNow(path: string): Promise<Experiments | KlorosError> {
  try {
    return await readExperiments(path);
  } catch (error) {
    if (error instanceof KlorosError && UNUSABLE.has(error.code)) return error;
    throw error;
  }
}

/** Winners of a successful cycle, each with its experiment as it is declared now. */
export function winnersOf(result: DreamResult, declared: Experiments | KlorosError): CycleWinners {
  const found: CycleWinners = { winners: [], lost: [] };
  if (!result.success) return found;
  for (const { experiment: name, success, winner } of result.experiments) {
    if (!success || winner === null) continue;
    const experiment = declared instanceof KlorosError ? declared : experimentIn(declared, name);
    const known = { experiment: name, cycle_id: result.cycle_id, winner_id: winner.id };
    if (experiment instanceof KlorosError) found.lost.push(lostBy(experiment, known));
    else found.winners.push({ ...winner, cycleId: result.cycle_id, experiment });
  }
  return found;
}

function experimentIn({ experiments, path }: Experiments, name: string): Experiment | KlorosError {
  const found = experiments.find((one) => one.name === name);
  if (found !== undefined) return found;
  const why = `${path} says how a winner of it is validated and where it goes`;
  return new KlorosError({
    code: 'EXPERIMENT_NOT_FOUND',
    message: `Experiment ${name} is not declared any more`,
    why,
    next: ['declare it again'],
  });
}

/**
 * The winner stays where it is: once dream.yaml is mended, it can be deployed without another search. Where autonomy asks
 * for consent, that word only has it proposed again.
 */
function lostBy({ code, message, why, next }: KlorosError, facts: Record<string, string>): Lost {
  const words = `--set cycle_id=${facts['cycle_id']} --set tournament_winner=${facts['winner_id']}`;
  const again = `then tell of it again: kloros bus emit Q_DREAM_COMPLETE --example ${words}`;
  return {
    experiment: facts['experiment'] ?? '',
    winnerId: facts['winner_id'] ?? '',
    errorType: UNUSABLE.get(code) ?? 'ExperimentNotFound',
    message: [`${message}: ${why ?? ''}`, ...next, again].join('; '),
  };
}
