import { describe, expect, it } from 'vitest';
import type { EvaluationFailure } from '../../../src/lib/dream/evaluation.js';
import { failuresOf } from '../../../src/lib/dream/failures.js';

const row = (id: string, error_type?: EvaluationFailure['error_type'], stderr = '') => ({
  ...{ experiment: 'app', id, params: {} },
  evaluation:
    error_type === undefined
      ? { ok: true as const, metrics: {}, spread: {}, runs: 1, durationMs: 1 }
      : { ok: false as const, failure: { error_type, error_message: `${id} failed`, stderr }, runs: 1, durationMs: 1 },
});

describe('candidates that failed', () => {
  it('are counted by how they failed, the most first, each with the first of them as a sample', () => {
    const rows = [
      row('m1', 'EvaluatorTimedOut'),
      row('m2'),
      row('m3', 'EvaluatorCrashed', 'Traceback'),
      row('m4', 'EvaluatorCrashed', 'another'),
    ];
    expect(failuresOf(rows)).toEqual([
      ...[
        { error_type: 'EvaluatorCrashed', count: 2, candidate: 'm3', error_message: 'm3 failed', stderr: 'Traceback' },
      ],
      { error_type: 'EvaluatorTimedOut', count: 1, candidate: 'm1', error_message: 'm1 failed', stderr: '' },
    ]);
  });

  it('keep the end of a long stderr', () => {
    const [group] = failuresOf([row('m1', 'EvaluatorCrashed', `${'x'.repeat(10_000)} the end`)]);
    expect(group?.stderr).toHaveLength(2_000);
    expect(group?.stderr).toMatch(/ the end$/);
  });
});
