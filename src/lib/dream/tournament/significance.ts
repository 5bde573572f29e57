import { mean, standardDeviation } from '../evaluation.js';

/** What paired runs show so far; `tied` where all were alike, so that further runs would show nothing new. */
export type Standing = 'open' | 'decided' | 'tied';

/** Differences of paired runs, weighed. */
export interface Weighed {
  standing: Standing;
  mean: number;
  /** Sample standard deviation of the differences. */
  spread: number;
  /** How far the mean is from 0 by the spread, and from where on that is no accident. */
  t: number;
  neededT: number;
}

/**
 * Two-sided critical values of Student's t by degrees of freedom, for an error of 1 %: pairs are looked at after each
 * one, and five looks at 1 % are wrong about fewer than 5 % of those that are equal.
 */
const CRITICAL_T = [NaN, 63.66, 9.925, 5.841, 4.604, 4.032, 3.707, 3.499, 3.355, 3.25];
const LEAST_CRITICAL_T = 3.25;

/** Weighs the differences of paired runs against their spread (paired t-test); one pair says nothing. */
export function weigh(differences: readonly number[]): Weighed {
  const [middle, spread] = [mean(differences), standardDeviation(differences)];
  const neededT = CRITICAL_T[differences.length - 1] ?? LEAST_CRITICAL_T;
  const t = Math.abs(middle) / (spread / Math.sqrt(differences.length));
  const weighed = { mean: middle, spread, t, neededT };
  if (differences.length < 2) return { ...weighed, standing: 'open' };
  if (spread === 0 && middle === 0) return { ...weighed, t: 0, standing: 'tied' };
  return { ...weighed, standing: t > neededT ? 'decided' : 'open' };
}
