import { describe, expect, it } from 'vitest';
import {
  fitnessOf,
  improvementOver,
  paretoFront,
  scaleOf,
  type Objective,
} from '../../../../src/lib/dream/search/fitness.js';

const objectives: Objective[] = [
  { metric: 'accuracy', direction: 'up', weight: 1 },
  { metric: 'milliseconds', direction: 'down', weight: 1 },
];

describe('the fitness of several objectives', () => {
  it('weighs shares of a range, so that milliseconds do not swamp ratios', () => {
    const population = [
      { accuracy: 0.9, milliseconds: 900 },
      { accuracy: 0.1, milliseconds: 800 },
      { accuracy: 0.5, milliseconds: 1_800 },
    ];
    const scale = scaleOf(population, objectives);
    const [accurate = 0, fast = 0, slow = 0] = population.map((metrics) => fitnessOf(metrics, scale, objectives));
    expect(accurate).toBeGreaterThan(fast);
    expect(fast).toBeGreaterThan(slow);
  });

  it('is not flattened by one that is far worse than all others', () => {
    const population = Array.from({ length: 20 }, (_, index) => ({
      accuracy: 0.5,
      milliseconds: index === 0 ? 1e9 : index,
    }));
    const scale = scaleOf(population, objectives);
    const gap =
      fitnessOf({ accuracy: 0.5, milliseconds: 2 }, scale, objectives) -
      fitnessOf({ accuracy: 0.5, milliseconds: 15 }, scale, objectives);
    expect(gap).toBeGreaterThan(0.2);
  });

  it('keeps a Pareto front: who is beaten in everything is not on it', () => {
    const all = [
      { id: 'accurate', metrics: { accuracy: 0.9, milliseconds: 90 } },
      { id: 'fast', metrics: { accuracy: 0.5, milliseconds: 10 } },
      { id: 'neither', metrics: { accuracy: 0.4, milliseconds: 95 } },
    ];
    expect(paretoFront(all, objectives).map(({ id }) => id)).toEqual(['accurate', 'fast']);
  });

  it('improves by the mean relative change, positive for better', () => {
    const baseline = { accuracy: 0.5, milliseconds: 100 };
    expect(improvementOver(baseline, { accuracy: 0.6, milliseconds: 90 }, objectives)).toBeCloseTo(0.15);
    expect(improvementOver(baseline, baseline, objectives)).toBe(0);
    expect(
      improvementOver({ accuracy: 0, milliseconds: 100 }, { accuracy: 1, milliseconds: 50 }, objectives),
    ).toBeCloseTo(0.5);
  });
});
