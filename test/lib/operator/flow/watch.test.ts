import { describe, expect, it } from 'vitest';
import { COLONY } from '../../../../src/lib/signals/origin.js';
import { systemClock } from '../../../../src/lib/base/clock.js';
import type { Bus, Recorded } from '../../../../src/lib/bus/bus.js';
import { measure } from '../../../../src/lib/operator/flow/watch.js';
import { namePattern } from '../../../../src/lib/operator/pattern.js';
import { signalOf } from '../../../helpers/signals.js';

const LONG_MS = 3_600_000;
const recorded = (name: string, index: number): Recorded => {
  return {
    seq: index + 1,
    signal: signalOf(name),
    frame: Buffer.alloc(1),
    receivedAtMs: 0,
    from: COLONY,
    chain: COLONY,
  };
};

/** A bus on which these are said, and then nothing until it is ended. */
function busOf(names: readonly string[]): Pick<Bus, 'follow' | 'newest'> {
  return {
    newest: async () => 0,
    async *follow(_query, abort) {
      yield* names.map(recorded);
      await new Promise((resolve) => abort.addEventListener('abort', resolve, { once: true }));
    },
  };
}

async function lastOf(
  bus: Pick<Bus, 'follow' | 'newest'>,
  query: { names?: string[]; count?: number; everyMs: number },
) {
  const window = { count: 10 };
  const measuring = measure(
    { bus, clock: systemClock },
    { pattern: namePattern(query.names ?? []), window, count: query.count, everyMs: query.everyMs },
    new AbortController().signal,
  );
  for await (const { readings, isLast } of measuring) {
    if (isLast || readings.length > 1) return { isLast, totals: readings.map(({ signal, total }) => [signal, total]) };
  }
  return undefined;
}

describe('measuring the flow', () => {
  it('ends after so many of those that are meant, with what was measured', async () => {
    const bus = busOf(['A', 'B', 'A', 'A', 'B']);
    const query = { names: ['A'], count: 2, everyMs: LONG_MS };
    expect(await lastOf(bus, query)).toEqual({ isLast: true, totals: [['A', 2]] });
  });

  it('tells of every name in between, those that are new as well', async () => {
    const totals = [
      ['A', 1],
      ['B', 1],
    ];
    expect(await lastOf(busOf(['A', 'B']), { everyMs: 1 })).toEqual({ isLast: false, totals });
  });

  it('fails where the journal cannot be read any more', async () => {
    const bus = busOf([]);
    bus.follow = async function* () {
      yield* [];
      throw new Error('gone');
    };
    await expect(lastOf(bus, { everyMs: LONG_MS })).rejects.toThrow('gone');
  });
});
