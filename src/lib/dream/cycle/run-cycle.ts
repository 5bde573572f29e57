import { momentOf, unsteppedClock } from '../../base/clock-step.js';
import { timeoutSignal } from '../../base/timers.js';
import { concurrently } from '../../base/concurrently.js';
import { toError } from '../../base/errors.js';
import { own } from '../../base/own.js';
import type { DreamFailure, DreamResult } from '../result.js';
import { playCall, type Arena, type PairCount } from '../tournament/play.js';
import {
  firstCalls,
  isOver,
  openTournament,
  recordPath,
  type MatchCall,
  type TournamentOrder,
  type TournamentRecord,
} from '../tournament/record.js';
import { conclude } from './conclude.js';
import type { CycleContext } from './context.js';
import { beginCycle, stepAfterTournament, stepCycle, type Beginning, type Stepped } from './cycle.js';
import type { CycleRequest, CycleState } from './state.js';

/** Who watches a cycle in the foreground. */
export interface ForegroundWatch extends NonNullable<CycleContext['watch']> {
  match?: (record: TournamentRecord, call: MatchCall) => void;
  /** Within a match. */
  pair?: (experiment: string, call: MatchCall, pairs: PairCount) => void;
}

/** What a cycle in the foreground is given. */
export interface Foreground extends Beginning {
  deployRoot: string;
  abort: AbortSignal;
  watch: ForegroundWatch;
}

/** Runs a whole cycle in this process, by the same steps as the daemons. Always concludes it; never rejects for what happens within. */
export async function runCycle(request: CycleRequest, place: Foreground): Promise<DreamResult> {
  const { dreamLab, clock } = place;
  const { state, failure } = await beginCycle(request, place);
  if (failure !== null) return conclude(state, failure, { dreamLab, now: momentOf(clock) });
  const deadline = timeoutSignal(state.deadlineMs - state.startedAtMs);
  const abort = AbortSignal.any([place.abort, deadline]);
  const context = { ...place, clock: unsteppedClock(state.begun, clock), abort };
  const ended = await runSteps(state, context, () => (deadline.aborted ? timedOut(state) : INTERRUPTED));
  return conclude(ended.state, ended.failure, { dreamLab, now: momentOf(clock) });
}

const INTERRUPTED: DreamFailure = { error_type: 'Interrupted', error_message: 'the cycle was stopped before its end' };

/** Why a cycle ended at its limit. */
export function timedOut({ startedAtMs, deadlineMs }: CycleState): DreamFailure {
  const minutes = ((deadlineMs - startedAtMs) / 60_000).toFixed(1);
  return { error_type: 'TimedOut', error_message: `the cycle was ended at its limit of ${minutes} minutes` };
}

async function runSteps(begun: CycleState, context: CycleContext & Foreground, whyAborted: () => DreamFailure) {
  let stepped: Stepped = { state: begun, next: { kind: 'step' } };
  try {
    while (stepped.next.kind !== 'over') {
      context.abort.throwIfAborted();
      const { state, next } = stepped;
      if (next.kind === 'step') stepped = await stepCycle(state, context);
      else stepped = await stepAfterTournament(state, await playTournament(next.order, context), context);
    }
    return { state: stepped.state, failure: null };
  } catch (thrown) {
    const error = toError(thrown);
    const failure = context.abort.aborted ? whyAborted() : { error_type: error.name, error_message: error.message };
    return { state: stepped.state, failure };
  }
}

/** Plays a whole tournament here, matches of a round side by side. */
async function playTournament(order: TournamentOrder, context: CycleContext & Foreground): Promise<TournamentRecord> {
  const onPair: Arena['onPair'] = (call, pairs) => context.watch.pair?.(order.experiment, call, pairs);
  const arena = { dreamLab: context.dreamLab, experiments: context.experiments, abort: context.abort, onPair };
  let record = await openTournament(recordPath(context.dreamLab, order), order);
  for (let calls = firstCalls(record); calls.length > 0 && !isOver(record);) {
    const opened = await concurrently(calls, context.experiments.run.scheduling.max_parallel, async (call) => {
      const played = await playCall(order, call, arena);
      context.watch.match?.(played, call);
      return own(played.opened, call.match) ?? [];
    });
    calls = opened.flat();
    record = await openTournament(recordPath(context.dreamLab, order), order);
  }
  return record;
}
