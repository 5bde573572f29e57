import { describe, expect, it } from 'vitest';
import type { Chain } from '../../../src/lib/demo/ask.js';
import { expectOutcome } from '../../../src/lib/demo/expect.js';
import type { Facts } from '../../../src/lib/signals/envelope.js';
import { mint } from '../../../src/lib/signals/mint.js';

const chain = (...said: (readonly [signal: string, facts: Facts])[]): Chain => ({
  module: 'gyp',
  intent: 'i.json',
  askedAtMs: 0,
  signals: said.map(([signal, facts]) => mint({ signal, facts }, { id: 'I', source: 's', nowMs: 1 })),
});
const refused = chain(['Q_INTEGRATION_FAILED', { error_message: 'Module path does not exist' }]);

describe('a step of the demo', () => {
  it('succeeds where its chain ends as it should', () => {
    expect(() => expectOutcome(chain(['Q_MODULE_DISCOVERED', {}]), 'announced')).not.toThrow();
    expect(() => expectOutcome(refused, 'refused')).not.toThrow();
    const remembered = chain(['Q_INVESTIGATION_COMPLETE', { answered_from: '20251115_102900' }]);
    expect(() => expectOutcome(remembered, 'remembered')).not.toThrow();
  });

  it.each([
    [refused, 'was refused', 'Module path does not exist'],
    [chain(['Q_INVESTIGATION_COMPLETE', {}]), 'was not answered', 'its last signal is Q_INVESTIGATION_COMPLETE'],
    [chain(), 'was not answered', 'its last signal is missing'],
  ])('fails in words where it ends otherwise', (ended, what, why) => {
    const failure = {
      code: 'DEMO_STEP_FAILED',
      message: expect.stringContaining(what) as string,
      why,
      next: ['keep the home and look at its log: kloros demo --keep'],
    };
    expect(() => expectOutcome(ended, 'announced')).toThrow(expect.objectContaining(failure) as Error);
  });
});
