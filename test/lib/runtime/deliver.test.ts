import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { defineDaemon } from '../../../src/lib/runtime/define-daemon.js';
import { until } from '../../helpers/colony.js';
import { startColony, type TestColony } from '../../helpers/run.js';
import { signalOf } from '../../helpers/signals.js';

const QUICK = 100;
const SIGNALS = 300;

describe('the delivery loop', () => {
  let colony: TestColony;
  beforeEach(async () => {
    colony = await startColony();
  });
  afterEach(() => colony.end());

  it('lets the event loop run when a handler turns slow with much claimed ahead', async () => {
    const handled: unknown[] = [];
    const turning = defineDaemon({
      name: 'worker',
      purpose: 'Is quick, then slow',
      hears: ['Q_A'],
      says: [],
      handle: async ({ facts: { n } }) => {
        if (Number(n) >= QUICK) await setTimeout(1);
        handled.push(n);
      },
    });
    await colony.bus.emit([...Array(SIGNALS).keys()].map((n) => signalOf('Q_A', { n })));
    await colony.start(turning);
    await until('all are handled', () => handled.length === SIGNALS);
    expect(handled).toEqual([...Array(SIGNALS).keys()]);
  });
});
