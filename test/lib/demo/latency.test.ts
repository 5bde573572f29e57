import { describe, expect, it } from 'vitest';
import { hopLatencies } from '../../../src/lib/demo/latency.js';
import { mint } from '../../../src/lib/signals/mint.js';

const chain = (askedAtMs: number, ...hops: [string, number][]) => ({
  module: 'm',
  intent: 'i.json',
  askedAtMs,
  signals: hops.map(([signal, nowMs]) => mint({ signal, facts: {} }, { id: 'I', source: 's', nowMs })),
});

describe('latencies of hops', () => {
  it('are medians and maxima over the chains, in the order of the flow', () => {
    const chains = [
      chain(
        1_000,
        ['Q_CURIOSITY_INVESTIGATE', 1_002],
        ['Q_INVESTIGATION_COMPLETE', 1_102],
        ['Q_MODULE_INTEGRATED', 1_110],
      ),
      chain(2_000, ['Q_CURIOSITY_INVESTIGATE', 2_004], ['Q_INVESTIGATION_COMPLETE', 2_304]),
    ];
    expect(hopLatencies(chains)).toEqual([
      { hop: 'intent file → question on the bus', count: 2, medianMs: 3, slowestMs: 4 },
      { hop: 'question → investigated', count: 2, medianMs: 200, slowestMs: 300 },
      { hop: 'investigated → registered', count: 1, medianMs: 8, slowestMs: 8 },
      { hop: 'intent file → outcome', count: 2, medianMs: 207, slowestMs: 304 },
    ]);
  });

  it('are never negative where the clock went back, and none where nothing happened', () => {
    expect(hopLatencies([chain(1_000, ['Q_X', 900])])[0]).toMatchObject({ hop: 'Q_X', medianMs: 0 });
    expect(hopLatencies([])).toEqual([]);
  });
});
