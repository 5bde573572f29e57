import { describe, expect, it } from 'vitest';
import { dreamHtml } from '../../../src/lib/cli/dream-html.js';
import { resultPage } from '../../../src/lib/cli/dream-page.js';
import type { ExperimentResult } from '../../../src/lib/dream/result.js';
import { result } from '../dream/results.js';

const ENDED = '2026-01-01T00:10:00.000Z';
const point = (id: string, size: number, ms: number) => ({
  id,
  params: { level: size },
  metrics: { size, ms },
  fitness: 0.5,
});
const generation = (number: number, best: number | null, mean = best) => ({
  generation: number,
  evaluated: 2,
  failed: best === null ? 2 : 0,
  best,
  mean,
  worst: mean,
  best_id: best === null ? null : 'mutation_1',
});

const EXPERIMENT: ExperimentResult = {
  experiment: 'compression',
  success: true,
  failure: null,
  winner: { ...point('mutation_2', 2, 400), spread: { size: 0, ms: 1 }, artifacts: [] },
  baseline: { params: { level: 1 }, metrics: { size: 9, ms: 500 }, fitness: 0.1 },
  fitness_improvement: 0.125,
  ended_by: 'patience',
  alarms: ['look at <this>'],
  objectives: [
    { metric: 'size', direction: 'down', weight: 1 },
    { metric: 'ms', direction: 'down', weight: 1 },
  ],
  pareto: [point('mutation_1', 1, 1_000), point('mutation_2', 2, 1)],
  effects: [{ parameter: 'level', share: 0.75, swing: 0.4, groups: [{ label: '1 to 3', count: 2, fitness: 0.9 }] }],
  history: [generation(0, 0.5, -3), generation(1, null), generation(2, 0.7)],
};
const CYCLE = result('dream_1', ENDED, { experiments: [EXPERIMENT] });
const CANDIDATES = [
  {
    experiment: 'compression',
    id: 'mutation_9',
    params: { level: 9 },
    evaluation: { ok: true as const, metrics: { size: 5, ms: 50 }, spread: {}, runs: 1, durationMs: 1 },
  },
];

describe('a cycle as a page', () => {
  it('has the winner against what is in use, and every chart with its figures', () => {
    const page = dreamHtml(CYCLE, CANDIDATES, Date.parse(ENDED));
    for (const text of ['+12.5 %', 'level: 75 %, best where 1 to 3', 'Pareto front', 'mutation_9: 5, 50 (level=9)'])
      expect(page).toContain(text);
    expect(page).toContain('look at &#x3C;this>');
    expect(page.match(/<figure/g)).toHaveLength(3);
    expect(page).not.toMatch(/NaN|Infinity|undefined|null/);
  });

  it('says why there is no winner, and draws nothing of what was never measured', () => {
    const failure = { error_type: 'BaselineFailed', error_message: 'gone' };
    const nothing = { ...EXPERIMENT, winner: null, failure, pareto: [], effects: [], history: [generation(0, null)] };
    const page = dreamHtml(result('dream_2', ENDED, { success: false, failure, experiments: [nothing] }), [], 0);
    expect(page).toContain('BaselineFailed: gone');
    expect(page).not.toContain('<figure');
  });
});

describe('a cycle in a terminal', () => {
  it('draws the same, no wider than the terminal', () => {
    const page = resultPage(CYCLE, { widthColumns: 80, candidates: CANDIDATES });
    for (const text of ['best so far', '75 %', '1 to 3 (0.90)', 'ms (less is better)', '● front'])
      expect(page).toContain(text);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
    expect(Math.max(...page.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});
