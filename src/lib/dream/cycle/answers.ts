import { momentOf } from '../../base/clock-step.js';
import type { Clock } from '../../base/clock.js';
import type { Said } from '../../bus/bus.js';
import { isoTimestamp } from '../../base/clock.js';
import { toError } from '../../base/errors.js';
import { pathsOf } from '../../config/paths.js';
import type { Config } from '../../config/schema.js';
import { acknowledge } from '../../promotions/acknowledge.js';
import type { Draft } from '../../signals/envelope.js';
import { say } from '../../signals/facts.js';
import type { DreamFailure, DreamResult } from '../result.js';
import { readResult } from '../results.js';
import { conclude, resultAt } from './conclude.js';
import type { Stepped } from './cycle.js';
import { bestOf, completionFacts } from './facts.js';
import type { CycleState } from './state.js';

/** Key under which the running cycle is kept. */
export const CYCLE_KEY = 'cycle';
/** Key of the id of a cycle that has ended and whose lock could not be given back. */
export const LOCK_LEFT_KEY = 'lock_left';

/** What an answer needs. */
export interface AnswerPlace {
  config: Config;
  clock: Clock;
}

/** The word for the next step, with the state that it starts from; the end of the cycle where there is none. */
export async function answerTo({ state, next }: Stepped, place: AnswerPlace): Promise<Said> {
  if (next.kind === 'over') return endCycle(state, null, place);
  const signals =
    next.kind === 'tournament'
      ? [say('Q_TOURNAMENT_TRIGGER', { ...next.order })]
      : [say('Q_DREAM_STEP', { cycle_id: state.cycleId, step: state.step, action: 'continue' })];
  return { signals, state: [{ key: CYCLE_KEY, value: state }] };
}

/** Ends the running cycle: its result is on disk before it is told of. */
export async function endCycle(state: CycleState, failure: DreamFailure | null, place: AnswerPlace): Promise<Said> {
  return { signals: await concluding(state, failure, place), state: [{ key: CYCLE_KEY, value: null }] };
}

/**
 * The last word on a cycle of which every attempt failed, also where nothing can be written: who asked for it is answered,
 * and told what could not be written. A lock that could not be given back is, before the next cycle.
 */
export async function tellAnyhow(state: CycleState, failure: DreamFailure, place: AnswerPlace): Promise<Said> {
  try {
    return { signals: await concluding(state, failure, place) };
  } catch (thrown) {
    const { dreamLab } = pathsOf(place.config);
    // Where the result was written and what follows it failed, the result is what happened.
    const written = await readResult(dreamLab, state.cycleId).catch(() => undefined);
    const result =
      written ?? resultAt(state, unwritten(failure, thrown), { ...NOTHING_KNOWN, now: momentOf(place.clock) });
    return { signals: toldOf(result, dreamLab), state: [{ key: LOCK_LEFT_KEY, value: state.cycleId }] };
  }
}

/** What is on record lies where nothing can be written, and perhaps nothing read. */
const NOTHING_KNOWN = { experiments: undefined, rows: [] };

function unwritten({ error_type, error_message }: DreamFailure, thrown: unknown): DreamFailure {
  return {
    error_type,
    error_message: `${error_message}; its result could not be written: ${toError(thrown).message}`,
  };
}

/** Tells of a cycle that cannot begin; one that runs is left alone. */
export async function refuseCycle(state: CycleState, failure: DreamFailure, place: AnswerPlace): Promise<Said> {
  return { signals: await concluding(state, failure, place) };
}

/** Tells again of a cycle that has ended, as its result says. */
export async function tellAgain(state: CycleState, place: AnswerPlace): Promise<Said> {
  return { signals: await concluding(state, null, place) };
}

async function concluding(
  state: CycleState,
  failure: DreamFailure | null,
  { config, clock }: AnswerPlace,
): Promise<Draft[]> {
  const { dreamLab, promotions } = pathsOf(config);
  const result = await conclude(state, failure, { dreamLab, now: momentOf(clock) });
  // After a failed cycle they stay, so that another one may still do something about them.
  if (result.success) await acknowledge(promotions, state.promotions, outcomeOf(result, clock.nowMs()));
  return toldOf(result, dreamLab);
}

function toldOf(result: DreamResult, dreamLab: string): Draft[] {
  return [say('Q_DREAM_COMPLETE', completionFacts(result, dreamLab)), ...alertsOf(result)];
}

function outcomeOf(result: DreamResult, nowMs: number) {
  const best = bestOf(result);
  return {
    cycle_id: result.cycle_id,
    acknowledged_at: isoTimestamp(nowMs),
    winner: best?.winner?.id ?? null,
    fitness_improvement: best?.fitness_improvement ?? null,
  };
}

function alertsOf({ experiments }: DreamResult): Draft[] {
  const alarmed = experiments.filter(({ alarms }) => alarms.length > 0);
  return alarmed.map(({ experiment, alarms }) =>
    say('Q_HEALTH_ALERT', {
      alert_type: 'dream_identical_fitness',
      severity: 'warning',
      metric_value: `${experiment}: ${alarms.join('; ')}`,
      threshold: null,
      recommended_action: `kloros dream try ${experiment}`,
    }),
  );
}
