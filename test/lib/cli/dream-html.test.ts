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
  failures: [
    {
      ...{ error_type: 'EvaluatorCrashed', count: 3, candidate: 'mutation_4' },
      ...{ error_message: 'eval.py ended with exit code 1', stderr: 'Traceback\nValueError: <x>' },
    },
  ],
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

describe('a cycle that was interrupted', () => {
  it.each(['the time is over', 'app: the time is over'])(
    'says why once, and not again of its experiment: %s',
    (message) => {
      const why = { error_type: 'Interrupted', error_message: 'the time is over' };
      const cut = { ...EXPERIMENT, experiment: 'app', winner: null, success: false, failure: why };
      const failure = { ...why, error_message: message };
      const one = result('dream_1', ENDED, { success: false, failure, experiments: [cut] });
      for (const page of [resultPage(one, { widthColumns: 80, candidates: [] }), dreamHtml(one, [], 0)])
        expect(page.match(/the time is over/g)).toHaveLength(1);
    },
  );

  it('says of an experiment what its cycle does not', () => {
    const own = { error_type: 'BaselineFailed', error_message: 'gone' };
    const failure = { error_type: 'Interrupted', error_message: 'the time is over' };
    const experiments = [{ ...EXPERIMENT, winner: null, failure: own }];
    const one = result('dream_1', ENDED, { success: false, failure, experiments });
    for (const page of [resultPage(one, { widthColumns: 80, candidates: [] }), dreamHtml(one, [], 0)]) {
      expect(page).toContain('the time is over');
      expect(page).toContain('gone');
    }
  });
});

describe('candidates that failed', () => {
  it('stand in both by how they failed, with their number and what the first of them said', () => {
    const page = dreamHtml(CYCLE, CANDIDATES, Date.parse(ENDED));
    for (const text of ['EvaluatorCrashed', 'mutation_4', 'ended with exit code 1', 'ValueError: &#x3C;x>'])
      expect(page).toContain(text);
    const text = resultPage(CYCLE, { widthColumns: 200, candidates: CANDIDATES });
    expect(text).toContain('Candidates that failed');
    expect(text).toMatch(/EvaluatorCrashed\s.*3\s.*mutation_4\s.*eval\.py ended with exit code 1/);
    expect(text).toContain('ValueError: <x>');
  });

  it('are left out where none failed', () => {
    const well = result('dream_1', ENDED, { experiments: [{ ...EXPERIMENT, failures: [] }] });
    expect(dreamHtml(well, [], Date.parse(ENDED))).not.toContain('Candidates that failed');
    expect(resultPage(well, { widthColumns: 200, candidates: [] })).not.toContain('Candidates that failed');
  });
});

describe('a champion that did not win', () => {
  it('is said to be told from noise by nothing, where it measured better', () => {
    const none = (fitness_improvement: number | null) => {
      const experiments = [{ ...EXPERIMENT, winner: null, fitness_improvement }];
      const one = result('dream_1', ENDED, { experiments });
      return [resultPage(one, { widthColumns: 200, candidates: [] }), dreamHtml(one, [], 0)];
    };
    for (const page of none(0.012))
      expect(page).toContain('the champion came to +1.2 %, which its runs do not tell from noise');
    for (const page of none(-0.012)) expect(page).not.toContain('noise');
    for (const page of none(null)) expect(page).toContain('Nothing is better than what is in use');
  });
});
