import { describe, expect, it } from 'vitest';
import type { ExperimentResult } from '../../../src/lib/dream/result.js';
import { winnersOf } from '../../../src/lib/dream/winners.js';
import { result } from './results.js';

const found = (experiment: string, id: string | null): ExperimentResult => ({
  ...{ experiment, success: true, failure: null, baseline: null, fitness_improvement: 0.1, ended_by: 'patience' },
  winner:
    id === null ? null : { id, params: { level: 3 }, metrics: { ms: 9 }, fitness: 0.8, spread: {}, artifacts: [] },
  ...{ alarms: [], failures: [], objectives: [], pareto: [], effects: [], history: [] },
});

describe('winners', () => {
  it('are the newest of each experiment, in the form that existing readers look for', () => {
    const results = [
      result('c3', '2026-01-03T00:00:00.000Z', { experiments: [found('app', null)] }),
      result('c2', '2026-01-02T00:00:00.000Z', { experiments: [found('app', 'w2'), found('db', 'w3')] }),
      result('c1', '2026-01-01T00:00:00.000Z', { experiments: [found('app', 'w1')] }),
    ];
    expect(winnersOf(results)).toMatchObject([
      {
        ...{ experiment: 'app', winner_id: 'w2', updated_at: '2026-01-02T00:00:00.000Z' },
        best: { fitness: 0.8, params: { level: 3 }, metrics: { ms: 9 } },
      },
      { experiment: 'db', winner_id: 'w3' },
    ]);
  });

  it('are none of a cycle that failed', () => {
    const failed = { success: false, experiments: [found('app', 'w1')] };
    expect(winnersOf([result('c1', '2026-01-01T00:00:00.000Z', failed)])).toEqual([]);
  });
});
