import { own } from '../../base/own.js';
import { mean, median } from '../evaluation.js';
import type { Params } from '../parameter.js';

/** Candidates whose value of a parameter is alike. */
interface EffectGroup {
  /** `brotli`, or `3 to 5`; `absent` where its condition did not hold. */
  label: string;
  count: number;
  /** Median of its candidates. */
  fitness: number;
}

/** How much a parameter moved the fitness. */
export interface ParameterEffect {
  parameter: string;
  /** Share of the variance of the candidates' ranks that its groups explain (eta squared): 0 for none, 1 for all of it. */
  share: number;
  /** Median fitness of the best group less that of the worst. */
  swing: number;
  /** The best first. */
  groups: EffectGroup[];
}

interface Judged {
  params: Params;
  fitness: number;
}

interface Ranked extends Judged {
  rank: number;
}

const GROUPS = 5;

/**
 * What each parameter did, the strongest first. Its values are put into groups, each value one or fifths of the numbers
 * that were tried, and the variance between the groups is compared with that of all: of ranks by fitness, which one
 * absurd candidate does not move. A search looks where it is good, so that this describes what was tried and not the
 * whole space.
 */
export function effectsOf(parameters: readonly string[], judged: readonly Judged[]): ParameterEffect[] {
  const ranked = withRanks(judged);
  const effects = parameters.map((parameter) => effectOf(parameter, ranked));
  return effects.sort((a, b) => b.share - a.share);
}

/** Ranks from the worst up; those that are equal share the middle of theirs. */
function withRanks(judged: readonly Judged[]): Ranked[] {
  const sorted = judged.map(({ fitness }) => fitness).sort((a, b) => a - b);
  return judged.map((one) => ({ ...one, rank: (sorted.indexOf(one.fitness) + sorted.lastIndexOf(one.fitness)) / 2 }));
}

function effectOf(parameter: string, judged: readonly Ranked[]): ParameterEffect {
  const labelOf = labelsFor(judged.map(({ params }) => own(params, parameter)));
  const labels = [...new Set(judged.map(({ params }) => labelOf(own(params, parameter))))];
  const membersOf = (label: string) => judged.filter(({ params }) => labelOf(own(params, parameter)) === label);
  const groups = labels.map((label) => groupOf(label, membersOf(label))).sort((a, b) => b.fitness - a.fitness);
  const swing = (groups[0]?.fitness ?? 0) - (groups.at(-1)?.fitness ?? 0);
  return { parameter, share: shareOf(labels.map(membersOf), judged), swing, groups };
}

function groupOf(label: string, members: readonly Judged[]): EffectGroup {
  return { label, count: members.length, fitness: median(members.map(({ fitness }) => fitness)) };
}

function shareOf(groups: readonly (readonly Ranked[])[], judged: readonly Ranked[]): number {
  const middle = meanRank(judged);
  const total = judged.reduce((sum, { rank }) => sum + (rank - middle) ** 2, 0);
  const between = groups.reduce((sum, members) => sum + members.length * (meanRank(members) - middle) ** 2, 0);
  return total === 0 ? 0 : Math.min(1, between / total);
}

function meanRank(members: readonly Ranked[]): number {
  return mean(members.map(({ rank }) => rank));
}

type Value = Params[string] | undefined;

/** Few values are a group each; many numbers are cut into fifths of what was tried, equal ones together. */
function labelsFor(values: readonly Value[]): (value: Value) => string {
  const plain = (value: Value) => (value === undefined ? 'absent' : String(value));
  const numbers = values.filter((value) => typeof value === 'number').sort((a, b) => a - b);
  if (new Set(numbers).size <= GROUPS) return plain;
  const fifths = fifthsOf(numbers);
  return (value) => {
    if (typeof value !== 'number') return plain(value);
    const fifth = fifths.find(({ from, to }) => from <= value && value <= to);
    if (fifth === undefined) return plain(value);
    return fifth.from === fifth.to ? short(fifth.from) : `${short(fifth.from)} to ${short(fifth.to)}`;
  };
}

function fifthsOf(sorted: readonly number[]): { from: number; to: number }[] {
  const starts = Array.from({ length: GROUPS }, (_, index) => sorted[Math.floor((index * sorted.length) / GROUPS)]);
  const from = [...new Set(starts.filter((start) => start !== undefined))];
  return from.map((start, index) => {
    const end = from[index + 1] ?? Infinity;
    return { from: start, to: sorted.findLast((value) => value < end) ?? start };
  });
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
