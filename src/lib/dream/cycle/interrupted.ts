import type { Experiments } from '../experiment-file.js';
import type { DreamFailure, ExperimentResult } from '../result.js';
import { encode, keyOf } from '../search/genome.js';
import { learn } from '../search/search.js';
import type { EvaluationRow } from './evaluations.js';
import { planOf, resultOf } from './experiment-steps.js';
import type { CycleState } from './state.js';

/** What a cycle is concluded with: its experiments, where they could be read, and every candidate on record. */
export interface OnRecord {
  experiments: Experiments | undefined;
  rows: readonly EvaluationRow[];
}

/** The cycle with what was judged of a generation that did not come to its end: that is on record, and in no state. */
export function caughtUp(state: CycleState, { experiments, rows }: OnRecord): CycleState {
  const { current } = state;
  if (current === null || experiments === undefined) return state;
  const plan = planOf(state, { experiments }, current);
  const known = new Set(current.search.judged.map(({ params }) => keyOf(params)));
  const late = rows
    .filter(({ experiment, params }) => experiment === current.name && !known.has(keyOf(params)))
    .map(({ id, params, evaluation }) => ({
      proposal: { id, params, genome: encode(plan.space, params) },
      evaluation,
    }));
  return late.length === 0 ? state : { ...state, current: { ...current, search: learn(plan, current.search, late) } };
}

/** What the experiment found that a cycle was at when it ended; none where it was at none. */
export function interruptedResult(
  state: CycleState,
  failure: DreamFailure | null,
  { experiments }: OnRecord,
): ExperimentResult[] {
  const { current } = state;
  if (current === null || experiments === undefined) return [];
  return [resultOf(current, planOf(state, { experiments }, current).objectives, { failure })];
}
