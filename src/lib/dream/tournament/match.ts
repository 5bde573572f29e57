import { mean, summarise, type Metrics, type RunOutcome } from '../evaluation.js';
import type { Candidate } from '../evaluator.js';
import { fitnessOf, type Objective, type Scale } from '../search/fitness.js';
import { weigh } from './significance.js';

/** How matches are judged. */
export interface MatchRules {
  objectives: readonly Objective[];
  /** The range of each metric within the search, so that all matches are judged alike. */
  scale: Scale;
  /** Runs of each side at most. */
  maxPairs: number;
  /** One run; `run` tells the runs of a candidate apart. */
  run: (candidate: Candidate, run: string) => Promise<RunOutcome>;
  /** After each pair of runs that did not decide it. */
  onPair?: (pairs: number) => void;
}

/** What a match was decided by. */
export type Decision = 'significance' | 'failure' | 'speed' | 'mean' | 'seed';

/** One side of a match as it was measured in it. */
export interface SideReport {
  id: string;
  metrics: Metrics;
  spread: Metrics;
  /** Mean over its runs. */
  fitness: number;
  /** Why it is out, or null. */
  failure: string | null;
}

/** What happened in a match. */
export interface MatchReport {
  a: SideReport;
  b: SideReport;
  /** Runs of each side. */
  pairs: number;
  decided_by: Decision;
  /** Null where both failed. */
  winner: string | null;
}

/** Share by which one must be faster to win a tie. */
const FASTER = 0.05;

interface Sample {
  fitness: number;
  metrics: Metrics;
  durationMs: number;
}

/**
 * Plays two candidates against each other: A, B, A, B, so that a machine that gets slower is unfair to neither.
 *
 * After each pair from the second on, the mean of the differences in fitness is compared with their spread (paired
 * t-test): beyond the critical value the match is decided. A side that fails once has lost. When the pairs are used up,
 * or the first two were all alike, it is a tie: the one that runs faster by 5 % wins, else the better mean, else A,
 * which is the one that came in better.
 */
export async function playMatch([a, b]: readonly [Candidate, Candidate], rules: MatchRules): Promise<MatchReport> {
  const [ofA, ofB]: [Sample[], Sample[]] = [[], []];
  for (let pair = 1; pair <= rules.maxPairs; pair += 1) {
    const [runA, runB] = [await rules.run(a, `m${pair}`), await rules.run(b, `m${pair}`)];
    if (!runA.ok || !runB.ok) return lostByFailure([sideOf(a.id, ofA, runA), sideOf(b.id, ofB, runB)], pair);
    ofA.push(sampleOf(runA, rules));
    ofB.push(sampleOf(runB, rules));
    if (weigh(differences(ofA, ofB)).standing !== 'open') break;
    rules.onPair?.(pair);
  }
  return decide([sideOf(a.id, ofA), sideOf(b.id, ofB)], [ofA, ofB]);
}

function decide(sides: readonly [SideReport, SideReport], [ofA, ofB]: readonly [Sample[], Sample[]]): MatchReport {
  const [a, b] = sides;
  const report = (aWins: boolean, decided_by: Decision) => ({
    a,
    b,
    pairs: ofA.length,
    decided_by,
    winner: aWins ? a.id : b.id,
  });
  const { standing, mean: difference } = weigh(differences(ofA, ofB));
  if (standing === 'decided') return report(difference > 0, 'significance');
  const [msOfA, msOfB] = [mean(ofA.map(({ durationMs }) => durationMs)), mean(ofB.map(({ durationMs }) => durationMs))];
  const isFaster = Math.abs(msOfA - msOfB) > FASTER * Math.max(msOfA, msOfB);
  if (isFaster) return report(msOfA < msOfB, 'speed');
  return difference === 0 ? report(true, 'seed') : report(difference > 0, 'mean');
}

function differences(ofA: readonly Sample[], ofB: readonly Sample[]): number[] {
  return ofA.map(({ fitness }, index) => fitness - (ofB[index]?.fitness ?? NaN));
}

function sampleOf({ metrics, durationMs }: RunOutcome & { ok: true }, { scale, objectives }: MatchRules): Sample {
  return { metrics, durationMs, fitness: fitnessOf(metrics, scale, objectives) };
}

function sideOf(id: string, samples: readonly Sample[], last?: RunOutcome): SideReport {
  const { metrics, spread } = summarise(samples.map((sample) => sample.metrics));
  const fitness = samples.length === 0 ? 0 : mean(samples.map((sample) => sample.fitness));
  const failure = last?.ok === false ? `${last.failure.error_type}: ${last.failure.error_message}` : null;
  return { id, metrics, spread, fitness, failure };
}

function lostByFailure([a, b]: readonly [SideReport, SideReport], pairs: number): MatchReport {
  const winner = a.failure === null ? a.id : b.failure === null ? b.id : null;
  return { a, b, pairs, decided_by: 'failure', winner };
}
