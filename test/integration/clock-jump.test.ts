import { XPublisher } from 'zeromq';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chemicalBus } from '../../src/daemons/chemical-bus.js';
import { systemClock, type Clock } from '../../src/lib/base/clock.js';
import type { Bus } from '../../src/lib/bus/bus.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import { endpointsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { defineDaemon } from '../../src/lib/runtime/define-daemon.js';
import { runDaemon, type RunningDaemon } from '../../src/lib/runtime/run-daemon.js';
import { idMaker } from '../../src/lib/signals/id.js';
import { mint } from '../../src/lib/signals/mint.js';
import { removeHome, silentLog, temporaryConfig, until } from '../helpers/colony.js';

const HOUR_MS = 3_600_000;

describe('a clock that jumps back an hour', () => {
  let config: Config;
  let bus: Bus;
  let running: RunningDaemon[];
  let jumpedMs: number;
  let fail: boolean;
  const handled: unknown[] = [];
  const clock: Clock = { nowMs: () => systemClock.nowMs() + jumpedMs, monotonicMs: () => systemClock.monotonicMs() };
  const newId = idMaker(Math.random);

  const worker = defineDaemon({
    name: 'worker',
    purpose: 'Fails while it is told to',
    hears: ['Q_A'],
    says: ['Q_B'],
    handle: ({ facts: { n } }) => {
      if (fail) throw new Error('not yet');
      handled.push(n);
      return [{ signal: 'Q_B', facts: { n } }];
    },
  });

  beforeEach(async () => {
    jumpedMs = 0;
    fail = false;
    handled.length = 0;
    config = await temporaryConfig({ delivery: { backoffMs: 50, pollMs: 20, maxAttempts: 1_000 } });
    const options = { config, clock, log: silentLog, random: Math.random };
    running = [await runDaemon(worker, options), await runDaemon(chemicalBus, options)];
    bus = await openBus({ config, clock, log: silentLog, name: 'test' });
  });
  afterEach(async () => {
    await bus.close();
    for (const daemon of running) await daemon.stop();
    removeHome(config);
  });

  const emit = async (n: number) => {
    const nowMs = clock.nowMs();
    await bus.emit([mint({ signal: 'Q_A', facts: { n } }, { id: newId(nowMs), source: 'test', nowMs })]);
  };
  const answered = async () => (await bus.browse({ signals: ['Q_B'] })).map(({ signal }) => signal.facts['n']);

  it('changes no order, and loses and repeats nothing', async () => {
    for (const n of [0, 1, 2]) await emit(n);
    jumpedMs = -HOUR_MS;
    for (const n of [3, 4, 5]) await emit(n);
    await until('all are answered', async () => (await answered()).length >= 6);
    expect(handled).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await answered()).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('holds no retry back for that hour', async () => {
    fail = true;
    await emit(0);
    await until('it waits for its next attempt', async () => (await bus.consumers())[0]?.waiting === 1);
    jumpedMs = -HOUR_MS;
    fail = false;
    await until('it is answered', async () => (await answered()).length === 1);
  });

  it('takes what a peer says anew for new, not for the repetition of what it said an hour ahead', async () => {
    const publisher = new XPublisher({ linger: 0 });
    publisher.connect(endpointsOf(config).xsub);
    await publisher.receive(); // The hub's subscription.
    const journalled = async () => (await bus.browse({ signals: ['HEARTBEAT'] })).length;
    await publisher.send(['HEARTBEAT', '{"facts":{"zooid":"z"}}']);
    await until('it is journalled', async () => (await journalled()) === 1);
    jumpedMs = -HOUR_MS;
    await publisher.send(['HEARTBEAT', '{"facts":{"zooid":"z"}}']);
    await until('it is journalled again', async () => (await journalled()) === 2);
    publisher.close();
  });
});
