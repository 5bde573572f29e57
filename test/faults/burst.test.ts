import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AnyDaemon } from '../../src/lib/runtime/define-daemon.js';
import { defineDaemon } from '../../src/lib/runtime/define-daemon.js';
import type { Recorded } from '../../src/lib/bus/bus.js';
import { until } from '../helpers/colony.js';
import { campaign, printFigures, rounded } from '../helpers/figures.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';

const SIGNALS = campaign('BURST', { bounded: 10_000, full: 20_000 });
const HANDLING_MS = 1;
const LIMIT_MS = 240_000;
const NUMBERS = [...Array(SIGNALS).keys()];

/** Notes what it handled, in order, and answers each. */
function noting(name: string, handled: unknown[], handlingMs: number): AnyDaemon {
  return defineDaemon({
    name,
    purpose: 'Handles a burst',
    hears: ['Q_BURST'],
    says: ['Q_HANDLED'],
    from: 'beginning',
    handle: async ({ facts: { n } }) => {
      if (handlingMs > 0) await setTimeout(handlingMs);
      handled.push(n);
      return [{ signal: 'Q_HANDLED', facts: { n } }];
    },
  });
}

describe('a burst of signals', () => {
  let colony: TestColony;
  beforeEach(async () => {
    colony = await startColony();
  });
  afterEach(() => colony.end());

  async function allAnswers(by: string): Promise<Recorded[]> {
    const found: Recorded[] = [];
    for (let page = await colony.bus.browse({}); page.length > 0;) {
      found.push(...page.filter(({ signal }) => signal.signal === 'Q_HANDLED' && signal.source === by));
      page = await colony.bus.browse({ afterSeq: page.at(-1)!.seq });
    }
    return found;
  }

  it('is handled whole, in order, none twice, by a slow consumer, and by one that is started afterwards', async () => {
    const slow: unknown[] = [];
    await colony.start(noting('slow', slow, HANDLING_MS));
    const startedMs = performance.now();
    await Promise.all(NUMBERS.map((n) => colony.bus.emit([signalOf('Q_BURST', { n })])));
    const emittedMs = performance.now() - startedMs;
    await until('all are handled', () => slow.length >= SIGNALS, LIMIT_MS);
    const handledMs = performance.now() - startedMs;
    expect(slow).toEqual(NUMBERS);

    const late: unknown[] = [];
    const lateMs = performance.now();
    await colony.start(noting('late', late, 0));
    await until('the late one has all', () => late.length >= SIGNALS, LIMIT_MS);
    const caughtUpMs = performance.now() - lateMs;
    expect(late).toEqual(NUMBERS);

    for (const name of ['slow', 'late']) {
      await until('each has its answer', async () => (await allAnswers(name)).length >= SIGNALS);
      expect((await allAnswers(name)).map(({ signal }) => signal.facts['n'])).toEqual(NUMBERS);
    }
    printFigures('burst', {
      signals: SIGNALS,
      emittedPerSecond: Math.round((SIGNALS / emittedMs) * 1000),
      slow: { handlingMs: HANDLING_MS, handled: slow.length, seconds: rounded(handledMs / 1000) },
      late: { handled: late.length, seconds: rounded(caughtUpMs / 1000) },
    });
  });
});
