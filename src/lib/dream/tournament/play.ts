import { pathBelow } from '../../base/safe-path.js';
import { cycleFolder } from '../cycle-folder.js';
import { objectivesOf } from '../search-plan.js';
import { markIn } from '../../base/marked-processes.js';
import { runOnce, type Candidate } from '../evaluator.js';
import type { Experiments } from '../experiment-file.js';
import { findExperiment } from '../find-experiment.js';
import { playMatch } from './match.js';
import {
  readRecord,
  recordMatch,
  recordPath,
  type MatchCall,
  type TournamentOrder,
  type TournamentRecord,
} from './record.js';

/** Pairs of runs that a match has taken so far, and at most. */
export interface PairCount {
  played: number;
  most: number;
}

/** Where matches are played. */
export interface Arena {
  dreamLab: string;
  /** The experiments as they were when the cycle began. */
  experiments: Experiments;
  abort: AbortSignal;
  onPair?: (call: MatchCall, pairs: PairCount) => void;
}

/** Names a match in the environment of what is started for it. */
export function markOf(cycleId: string, experiment: string, match: string): string {
  return `${cycleId}/${experiment}-${match}`;
}

/** Plays a match and writes it down; one that was played already is not played again. Throws when it is aborted. */
export async function playCall(
  order: Pick<TournamentOrder, 'cycle_id' | 'experiment'>,
  call: MatchCall,
  arena: Arena,
): Promise<TournamentRecord> {
  const path = recordPath(arena.dreamLab, order);
  const record = await readRecord(path);
  if (record === undefined) throw new TypeError(`there is no tournament in ${path}`);
  if (Object.hasOwn(record.played, call.match)) return record;
  const experiment = findExperiment(arena.experiments, order.experiment);
  const place = {
    folder: arena.experiments.folder,
    workRoot: pathBelow(cycleFolder(arena.dreamLab, order.cycle_id), 'work', `${order.experiment}-${call.match}`),
    mark: markIn(arena.dreamLab, markOf(order.cycle_id, order.experiment, call.match)),
    abort: arena.abort,
  };
  const report = await playMatch([sideOf(record, call.a), sideOf(record, call.b)], {
    objectives: objectivesOf(arena.experiments, experiment),
    scale: record.scale,
    maxPairs: experiment.selector.match_pairs,
    onPair: (played) => arena.onPair?.(call, { played, most: experiment.selector.match_pairs }),
    run: (candidate, run) => runOnce(experiment, { ...candidate, run }, place),
  });
  arena.abort.throwIfAborted();
  return recordMatch(path, call.match, report);
}

function sideOf({ entrants, baseline }: TournamentRecord, id: string): Candidate {
  const found = [...entrants, baseline].find((candidate) => candidate.id === id);
  if (found === undefined) throw new TypeError(`${id} does not take part`);
  return found;
}
