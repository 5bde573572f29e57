import { join } from 'node:path';
import { concurrently } from '../../base/concurrently.js';
import { markIn } from '../../base/marked-processes.js';
import { evaluate } from '../evaluator.js';
import type { Evaluation } from '../evaluation.js';
import type { Experiment } from '../experiment.js';
import type { Proposal } from '../search/search.js';
import { artifactFolder, cycleFolder } from '../cycle-folder.js';
import { keepArtifacts } from './artifacts.js';
import type { CycleContext } from './context.js';
import { EvaluationLog } from './evaluations.js';
import type { CycleState } from './state.js';

/** A candidate and what became of it. */
export interface Judged {
  proposal: Proposal;
  evaluation: Evaluation;
}

/** For what a generation is judged. */
export interface Judging {
  state: CycleState;
  context: CycleContext;
  /** Epoch milliseconds from which no further candidate is begun. */
  untilMs: number;
  onJudged: (one: Judged) => Promise<void>;
}

/**
 * Judges a generation, several at once. What an earlier attempt judged is taken from the record; what is not begun
 * by `untilMs` is left out. Throws when everything must end.
 */
export async function judgeAll(
  experiment: Experiment,
  proposals: readonly Proposal[],
  { state, context, untilMs, onJudged }: Judging,
): Promise<Judged[]> {
  const folder = cycleFolder(context.dreamLab, state.cycleId);
  const log = await EvaluationLog.open(join(folder, 'evaluations.jsonl'));
  const judge = async (proposal: Proposal): Promise<Judged | undefined> => {
    const known = log.find(experiment.name, proposal.params);
    if (known === undefined && context.clock.nowMs() >= untilMs) return undefined;
    const evaluation = known ?? (await judgeOne(experiment, proposal, { state, context }));
    context.abort.throwIfAborted();
    const { id, params } = proposal;
    if (known === undefined) await log.add({ experiment: experiment.name, id, params, evaluation });
    await onJudged({ proposal, evaluation });
    return { proposal, evaluation };
  };
  const judged = await concurrently(proposals, context.experiments.run.scheduling.max_parallel, judge);
  return judged.filter((one) => one !== undefined);
}

async function judgeOne(
  experiment: Experiment,
  proposal: Proposal,
  { state, context }: { state: CycleState; context: CycleContext },
): Promise<Evaluation> {
  const folder = cycleFolder(context.dreamLab, state.cycleId);
  return evaluate(experiment, proposal, {
    folder: context.experiments.folder,
    workRoot: join(folder, 'work'),
    mark: markIn(context.dreamLab, state.cycleId),
    abort: context.abort,
    keep: (work) => keepArtifacts(experiment.artifacts, work, artifactFolder(folder, proposal.id)),
  });
}
