import { unsteppedClock } from '../../base/clock-step.js';
import { timeoutSignal } from '../../base/timers.js';
import type { Clock } from '../../base/clock.js';
import { errorCode, KlorosError, LaterError, toError } from '../../base/errors.js';
import type { Said } from '../../bus/bus.js';
import { pathsOf } from '../../config/paths.js';
import type { Config } from '../../config/schema.js';
import type { Signal } from '../../signals/envelope.js';
import { say } from '../../signals/facts.js';
import { readExperiments } from '../experiment-file.js';
import type { DreamFailure } from '../result.js';
import { readResult, readResults } from '../results.js';
import { readRecord, recordPath } from '../tournament/record.js';
import {
  answerTo,
  CYCLE_KEY,
  endCycle,
  LOCK_LEFT_KEY,
  refuseCycle,
  tellAgain,
  tellAnyhow,
  type AnswerPlace,
} from './answers.js';
import type { CycleContext } from './context.js';
import { beginCycle, CYCLE_RUNNING, newState, stepAfterTournament, stepCycle } from './cycle.js';
import { completionFacts } from './facts.js';
import { releaseLock, takeLock } from './lock.js';
import { answeredMeanwhile, bareRequestOf, requestOf } from './request.js';
import { timedOut } from './run-cycle.js';
import { readSnapshot } from './snapshot.js';
import { isTimeOver, type CycleState } from './state.js';

/** What a daemon gives to each of its signals. */
export interface ConsumerPlace extends AnswerPlace {
  config: Config;
  clock: Clock;
  abort: AbortSignal;
  state(): Promise<Record<string, unknown>>;
}

/** What it gives to a trigger. */
export interface TriggerPlace extends ConsumerPlace {
  receivedAtMs: number;
}

/** The cycle that runs, as the last step left it. */
export async function runningCycle({ state }: Pick<ConsumerPlace, 'state'>): Promise<CycleState | undefined> {
  // Kept by answerTo() alone.
  return (await state())[CYCLE_KEY] as CycleState | undefined;
}

/** A trigger waits so long before it looks again whether the cycle that runs has ended. */
const LOOK_AGAIN_MS = 1_000;

/**
 * A trigger: the first step of a cycle, or the reason why there is none. While another cycle runs, here or in the
 * foreground, it waits its turn. One that asks for what a cycle did meanwhile gets the outcome of that cycle.
 */
export async function begin(signal: Signal, place: TriggerPlace): Promise<Said> {
  const { config, clock } = place;
  const { promotions, dream, dreamLab } = pathsOf(config);
  const request = await requestOf({ signal, receivedAtMs: place.receivedAtMs }, promotions);
  const unborn = newState(request, { config, clock, seed: undefined });
  const { [CYCLE_KEY]: kept, [LOCK_LEFT_KEY]: left } = await place.state();
  const running = kept as CycleState | undefined; // Kept by answerTo() alone.
  if (typeof left === 'string') await releaseLock(dreamLab, left);
  if (running !== undefined && running.cycleId !== request.cycleId) throw waits(`${running.cycleId} runs`);
  if ((await readResult(dreamLab, request.cycleId)) !== undefined) return tellAgain(unborn, place);
  const same = answeredMeanwhile(request, place, await readResults(dreamLab));
  if (same !== undefined) return { signals: [say('Q_DREAM_COMPLETE', completionFacts(same, dreamLab))] };
  const experiments = await readExperiments(dream).catch(invalidExperiments);
  if ('failure' in experiments) return refuseCycle(unborn, experiments.failure, place);
  const begun = await beginCycle(request, { config, dreamLab, experiments, clock });
  if (begun.failure?.error_type === CYCLE_RUNNING) throw waits(begun.failure.error_message);
  if (begun.failure !== null) return refuseCycle(begun.state, begun.failure, place);
  return answerTo({ state: begun.state, next: { kind: 'step' } }, place);
}

/** A step, or what a tournament brought; a signal for another step than the next is stale. */
export async function goOn(signal: Signal, state: CycleState, place: ConsumerPlace): Promise<Said | undefined> {
  const isTournament = signal.signal === 'Q_TOURNAMENT_COMPLETE';
  if (!isTournament && signal.facts['step'] !== state.step) return undefined;
  const { dreamLab } = pathsOf(place.config);
  const other = await takeLock(dreamLab, state.cycleId);
  if (other !== undefined) throw waits(`${other} took its place`);
  const clock = unsteppedClock(state.begun, place.clock);
  const deadline = timeoutSignal(Math.max(0, state.deadlineMs - clock.nowMs()));
  const context = await contextOf(state, { ...place, clock, abort: AbortSignal.any([place.abort, deadline]) });
  try {
    context.abort.throwIfAborted();
    const stepped = isTournament ? await afterTournament(state, context) : await stepCycle(state, context);
    return await answerTo(stepped, place);
  } catch (thrown) {
    if (place.abort.aborted || !deadline.aborted) throw thrown;
    return endCycle(state, timedOut(state), place);
  }
}

/** The end of a cycle whose time is over. */
export async function expire(state: CycleState, place: ConsumerPlace): Promise<Said | undefined> {
  return isTimeOver(state, place.clock) ? endCycle(state, timedOut(state), place) : undefined;
}

/** A trigger that cannot be begun, however often it is tried: it is answered all the same. */
export async function giveUpTrigger(signal: Signal, thrown: unknown, place: ConsumerPlace): Promise<Said> {
  const unborn = newState(bareRequestOf(signal), { ...place, seed: undefined });
  return tellAnyhow(unborn, failureBy(thrown), place);
}

/** A cycle that cannot go on, however often it is tried, ends. */
export async function giveUpCycle(state: CycleState, thrown: unknown, place: ConsumerPlace): Promise<Said> {
  const told = await tellAnyhow(state, isTimeOver(state, place.clock) ? timedOut(state) : failureBy(thrown), place);
  return { ...told, state: [...(told.state ?? []), { key: CYCLE_KEY, value: null }] };
}

function failureBy(thrown: unknown): DreamFailure {
  const { name, message } = toError(thrown);
  const why = thrown instanceof KlorosError && thrown.why !== undefined ? `: ${thrown.why}` : '';
  return { error_type: errorCode(thrown) ?? name, error_message: `${message}${why}` };
}

async function afterTournament(state: CycleState, context: CycleContext) {
  const order = { cycle_id: state.cycleId, experiment: state.current?.name ?? '' };
  const record = await readRecord(recordPath(context.dreamLab, order));
  if (record === undefined) throw new TypeError(`there is no record of the tournament of ${order.experiment}`);
  return stepAfterTournament(state, record, context);
}

async function contextOf(state: CycleState, { config, clock, abort }: ConsumerPlace): Promise<CycleContext> {
  const { dreamLab } = pathsOf(config);
  const experiments = await readSnapshot(dreamLab, state.cycleId);
  return { dreamLab, deployRoot: config.deployRoot, experiments, clock, abort };
}

function waits(reason: string): LaterError {
  return new LaterError(reason, LOOK_AGAIN_MS);
}

function invalidExperiments(thrown: unknown): { failure: DreamFailure } {
  if (!(thrown instanceof KlorosError)) throw toError(thrown);
  const { message, why = '' } = thrown;
  return { failure: { error_type: 'InvalidExperiments', error_message: `${message}: ${why}` } };
}
