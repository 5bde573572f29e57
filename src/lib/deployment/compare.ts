import { summarise, type EvaluationFailure, type Metrics, type RunOutcome } from '../dream/evaluation.js';
import type { Candidate } from '../dream/evaluator.js';
import { weigh, type Weighed } from '../dream/tournament/significance.js';
import { changeText, meanChange, type Measure } from './verdict.js';

/** How two are compared. */
export interface Comparing {
  measure: Measure;
  /** Runs of each side at most. */
  maxPairs: number;
  /** One run; `run` tells the runs of a candidate apart. */
  run: (candidate: Candidate, run: string) => Promise<RunOutcome>;
}

/** What a comparison found: the relative change from the one to the other, pair by pair. */
export interface Compared extends Weighed {
  ok: true;
  metrics: Metrics;
  baseline: Metrics;
  pairs: number;
}

/** Or which of the two could not be measured. */
export type Comparison = Compared | { ok: false; side: 'before' | 'after'; failure: EvaluationFailure };

/**
 * Measures what was in use and what takes its place in turns, A B A B, so that a machine that gets slower is unfair to
 * neither. It ends as a match of the tournament does: as soon as the differences are decided, or the pairs are used up.
 */
export async function compare(
  { before, after }: { before: Candidate; after: Candidate },
  { measure, maxPairs, run }: Comparing,
): Promise<Comparison> {
  const [ofBefore, ofAfter, changes]: [Metrics[], Metrics[], number[]] = [[], [], []];
  for (let pair = 1; pair <= maxPairs; pair += 1) {
    const [one, other] = [await run(before, `p${pair}`), await run(after, `p${pair}`)];
    if (!one.ok) return { ok: false, side: 'before', failure: one.failure };
    if (!other.ok) return { ok: false, side: 'after', failure: other.failure };
    ofBefore.push(one.metrics);
    ofAfter.push(other.metrics);
    changes.push(meanChange(measure, other.metrics, one.metrics));
    if (weigh(changes).standing !== 'open') break;
  }
  const [{ metrics }, { metrics: baseline }] = [summarise(ofAfter), summarise(ofBefore)];
  return { ok: true, ...weigh(changes), metrics, baseline, pairs: changes.length };
}

/** Better, and not by what may be noise. */
export function isGain({ standing, mean }: Compared): boolean {
  return standing === 'decided' && mean > 0;
}

/** `+4.8 % ± 0.3 % in 3 pairs of runs` */
export function figuresOf({ mean, spread, pairs }: Compared): string {
  return `${changeText(mean)} ± ${changeText(spread).slice(1)} in ${pairs} pairs of runs`;
}

/** Why something is no gain, with the figures. */
export function whyNoGain(compared: Compared): string {
  const { standing, t, neededT } = compared;
  const measured = `measured anew in turns it is ${figuresOf(compared)} against what is in use`;
  if (standing !== 'open') return measured;
  return `${measured}, which may be noise: t is ${t.toFixed(1)}, and a gain needs more than ${neededT.toFixed(1)}`;
}
