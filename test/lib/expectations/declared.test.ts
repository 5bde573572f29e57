import { describe, expect, it } from 'vitest';
import { configSchema } from '../../../src/lib/config/schema.js';
import { emittedFor, expectationsOf } from '../../../src/lib/expectations/declared.js';

const places = { home: '/home', sourceRoots: [], deployRoot: '/deploy', capabilitiesPath: '/c.yaml' };
const declared = (expectations: Record<string, unknown>) =>
  expectationsOf(configSchema.parse({ ...places, expectations }));

describe('declared pairs', () => {
  it('are those of the document, in milliseconds', () => {
    expect(declared({}).expectations).toMatchObject([
      { until: 'Q_INVESTIGATION_COMPLETE', withinMs: 600_000, waitingMs: 86_400_000, by: 'question_id' },
      { until: 'Q_DREAM_COMPLETE', withinMs: 1_800_000, by: null },
    ]);
    expect(declared({}).problems).toEqual([]);
  });

  it('may say any name, and the monitor may then say it', () => {
    const config = configSchema.parse({
      ...places,
      expectations: { Q_B: { after: 'Q_A', within: '1s', emit: 'Q_B_TIMEOUT' }, Q_DREAM_COMPLETE: { enabled: false } },
    });
    expect(emittedFor(config)).toEqual(['Q_INVESTIGATION_TIMEOUT', 'Q_B_TIMEOUT']);
  });

  it.each([
    [{ Q_B: { after: 'Q_A', within: '1s', emit: 'Q_A' } }, 'three different signals'],
    [{ Q_B: { after: 'Q_A', within: '1s', emit: 'Q_HEALTH_ALERT' } }, 'Facts of Q_HEALTH_ALERT are wrong'],
  ])('%j is left out, and it is said why', (pair, why) => {
    const { expectations, problems } = declared(pair);
    expect(expectations.map(({ until }) => until)).not.toContain('Q_B');
    expect(problems).toEqual([expect.stringContaining(why)]);
  });
});
