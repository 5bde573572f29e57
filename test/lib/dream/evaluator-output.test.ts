import { describe, expect, it } from 'vitest';
import { readMetrics } from '../../../src/lib/dream/evaluator-output.js';
import fc from '../../helpers/property.js';

const score = { target_direction: { score: 'up' }, map: {}, weights: {} } as const;

describe('what an evaluator prints', () => {
  it.each([
    ['an object', '{"score": 0.5}'],
    ['an object over several lines', '{\n  "score": 0.5,\n  "other": "x"\n}\n'],
    ['an object after other lines', 'loading…\n{"not": "this"}\n{"score": 0.5}\n'],
  ])('is metrics where it is %s', (_what, stdout) => {
    expect(readMetrics(stdout, score)).toEqual({ ok: true, metrics: { score: 0.5 } });
  });

  it.each([
    ['a list', '[1]', 'OutputUnreadable', 'it printed "[1]"'],
    ['nothing', ' \n', 'OutputUnreadable', 'it printed nothing'],
    ['NaN as Python prints it', '{"score": NaN}', 'MetricNotFinite', 'NaN'],
    ['null', '{"score": null}', 'MetricNotFinite', 'score is null'],
    ['a number that overflows', '{"score": 1e999}', 'MetricNotFinite', 'no number'],
    ['a text', '{"score": "0.9"}', 'MetricNotFinite', 'score is "0.9"'],
    ['another metric', '{"points": 1}', 'MetricMissing', 'printed no score'],
    ['a metric of the prototype', '{}', 'MetricMissing', 'printed no score'],
  ])('is refused where it is %s', (...[, stdout, error_type, message]) => {
    const reading = readMetrics(stdout, score);
    expect(reading).toMatchObject({ ok: false, failure: { error_type } });
    expect(!reading.ok && reading.failure.error_message).toContain(message);
  });

  it('never makes a metric of what is no finite number', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (stdout) => {
        const reading = readMetrics(stdout, score);
        if (reading.ok) expect(Number.isFinite(reading.metrics['score'])).toBe(true);
      }),
    );
  });
});
