import { unsteppedClock, type Moment } from '../../base/clock-step.js';
import type { Clock } from '../../base/clock.js';
import type { Params } from '../parameter.js';
import type { ExperimentResult } from '../result.js';
import type { SearchState } from '../search/search.js';

/** What asks for a cycle. */
export interface CycleRequest {
  cycleId: string;
  /** Signal that asks; null in the foreground. */
  triggerId: string | null;
  /** Selects experiments by name or topic; null: all that are enabled. */
  topic: string | null;
  reason: string;
  /** Names of promotion files that led to it. */
  promotions: string[];
}

/** The experiment that a cycle is at. */
export interface CurrentExperiment {
  name: string;
  phase: 'search' | 'tournament';
  baseline: Params;
  search: SearchState;
  /** Epoch milliseconds at which no further candidate is begun. */
  searchUntilMs: number;
  /** Why the search ended, once it has. */
  endedBy: string | null;
}

/** A cycle between two steps: plain data, kept in the transaction that said the next step. */
export interface CycleState extends CycleRequest {
  seed: number;
  /** Both clocks as it began; its times are those of a wall clock that nobody sets after that. */
  begun: Moment;
  startedAtMs: number;
  /** Everything ends here. */
  deadlineMs: number;
  /** Number of the next step; a signal for another one is stale. */
  step: number;
  /** Experiments that are to come. */
  waiting: string[];
  current: CurrentExperiment | null;
  done: ExperimentResult[];
  /** Of the experiments that are done. */
  mutations: number;
  generations: number;
}

/** Whether its time is over, by the time that has passed. */
export function isTimeOver({ begun, deadlineMs }: CycleState, clock: Clock): boolean {
  return unsteppedClock(begun, clock).nowMs() >= deadlineMs;
}

/** Candidates that were made so far. */
export function mutationsSoFar({ mutations, current }: CycleState): number {
  return mutations + (current?.search.judged.filter(({ id }) => id !== 'baseline').length ?? 0);
}
