import { createHash } from 'node:crypto';
import { momentOf } from '../../base/clock-step.js';
import type { Clock } from '../../base/clock.js';
import type { Config } from '../../config/schema.js';
import type { Experiments } from '../experiment-file.js';
import type { DreamFailure, ExperimentResult } from '../result.js';
import type { TournamentOrder, TournamentRecord } from '../tournament/record.js';
import type { CycleContext } from './context.js';
import { afterSearch, beginExperiment, searchOn } from './experiment-steps.js';
import { concludeLeft } from './left-behind.js';
import { takeLock } from './lock.js';
import { readyFor } from './prerequisites.js';
import { writeSnapshot } from './snapshot.js';
import { mutationsSoFar, type CycleRequest, type CycleState } from './state.js';
import { verdictOf } from './verdict.js';

/*
 * A cycle is a state machine. Its state is plain data; whoever drives it, a daemon by signals or a command in a loop,
 * keeps the state of each step together with the word for the next one, so that a crash repeats one step at most.
 *
 *   (asked for) ── prerequisites not met ─────────────────────────────► concluded, failed
 *        │ met
 *        ▼
 *     search ── step: one generation is proposed, judged, learnt from ─► search
 *        │ budget, patience, time, or nothing new is left
 *        ├── what is in use, or everything, failed ───────────────────► next experiment
 *        ▼
 *   tournament ── the bracket, then the champion against what is in use ► next experiment
 *
 *   next experiment ── one is waiting ─► search        none is waiting ─► concluded
 *
 * At its deadline a cycle is concluded from wherever it is. The order of a generation follows from the seed and what was
 * measured before; what was measured is on record, so that a repeated step asks no evaluator twice.
 */

/** What comes after a step. */
export type Next = { kind: 'step' } | { kind: 'tournament'; order: TournamentOrder } | { kind: 'over' };

/** A cycle after a step. */
export interface Stepped {
  state: CycleState;
  next: Next;
}

/** What a cycle begins with. */
export interface Beginning {
  config: Pick<Config, 'dream'>;
  dreamLab: string;
  experiments: Experiments;
  clock: Clock;
}

/** Why a cycle cannot begin while another one runs. */
export const CYCLE_RUNNING = 'CycleRunning';

/** Begins a cycle: prerequisites, lock, a copy of the experiments. A failure is the reason why it cannot. */
export async function beginCycle(
  request: CycleRequest,
  { config, dreamLab, experiments, clock }: Beginning,
): Promise<{ state: CycleState; failure: DreamFailure | null }> {
  const state = newState(request, { config, clock, seed: experiments.run.seed });
  const ready = await readyFor(request.topic, experiments, { dream: config.dream, dreamLab });
  if ('failure' in ready) return { state, failure: ready.failure };
  await concludeLeft(dreamLab, clock);
  const other = await takeLock(dreamLab, request.cycleId);
  if (other !== undefined)
    return { state, failure: { error_type: CYCLE_RUNNING, error_message: `${other} runs already` } };
  await writeSnapshot(dreamLab, request.cycleId, {
    ...{ ...experiments, begun: state.begun },
    foreground: request.triggerId === null ? state : undefined,
  });
  return { state: { ...state, waiting: ready.names }, failure: null };
}

/** A cycle that has not begun; also of one that cannot. */
export function newState(
  request: CycleRequest,
  { config, clock, seed }: { config: Pick<Config, 'dream'>; clock: Clock; seed: number | undefined },
): CycleState {
  const begun = momentOf(clock);
  const startedAtMs = begun.wallMs;
  return {
    ...request,
    seed: seed ?? seedOf(request.cycleId),
    begun,
    startedAtMs,
    deadlineMs: startedAtMs + config.dream.timeLimitMs,
    step: 0,
    waiting: [],
    current: null,
    done: [],
    mutations: 0,
    generations: 0,
  };
}

/** One step of a search: a generation, or what follows the last. */
export async function stepCycle(before: CycleState, context: CycleContext): Promise<Stepped> {
  const state = { ...before, step: before.step + 1 };
  if (state.current === null) {
    if (state.waiting.length === 0) return { state, next: { kind: 'over' } };
    return { state: await beginExperiment(state, context), next: { kind: 'step' } };
  }
  const current = await searchOn(state, state.current, context);
  if (current.phase === 'search') return { state: { ...state, current }, next: { kind: 'step' } };
  const after = afterSearch(state, current, context);
  if ('order' in after) return { state: { ...state, current }, next: { kind: 'tournament', order: after.order } };
  return finish({ ...state, current }, after.result);
}

/** The step after a tournament. */
export async function stepAfterTournament(
  before: CycleState,
  record: TournamentRecord,
  context: CycleContext,
): Promise<Stepped> {
  const state = { ...before, step: before.step + 1 };
  if (state.current === null) return { state, next: { kind: 'step' } };
  return finish(state, await verdictOf(state, state.current, { record, context }));
}

function finish(state: CycleState, result: ExperimentResult): Stepped {
  const finished = {
    ...state,
    mutations: mutationsSoFar(state),
    generations: state.generations + (state.current?.search.generation ?? 0),
    done: [...state.done, result],
    current: null,
  };
  return { state: finished, next: finished.waiting.length > 0 ? { kind: 'step' } : { kind: 'over' } };
}

function seedOf(cycleId: string): number {
  return createHash('sha256').update(cycleId).digest().readUInt32LE(0);
}
