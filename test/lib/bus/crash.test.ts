import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import type { Bus, Delivery } from '../../../src/lib/bus/bus.js';
import { openBus } from '../../../src/lib/bus/open-bus.js';
import type { Config } from '../../../src/lib/config/schema.js';
import { removeHome, silentLog, temporaryConfig, until } from '../../helpers/colony.js';
import { dieAt } from '../../helpers/crash.js';
import { chained, done, signalOf } from '../../helpers/signals.js';

describe('a process that is killed', () => {
  let config: Config;
  let bus: Bus;
  beforeEach(async () => {
    config = await temporaryConfig();
    bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'test' });
  });
  afterEach(async () => {
    await bus.close();
    removeHome(config);
  });

  async function finish(): Promise<Delivery[]> {
    const spec = {
      name: 'worker',
      hears: ['Q_A'],
      from: 'beginning',
      maxAttempts: 3,
      ordered: false,
      urgentFirst: false,
    } as const;
    const consumer = await bus.consumer(spec);
    const handled: Delivery[] = [];
    await until('nothing is open', async () => {
      await consumer.wait(5);
      for (const delivery of await consumer.claim(10)) {
        handled.push(delivery);
        await consumer.settle(delivery, done(chained(delivery.signal, 'Q_B', { answer: 42 })));
      }
      const [status] = await bus.consumers();
      return status!.lag + status!.running + status!.waiting === 0;
    });
    return handled;
  }

  it('leaves its work as suspects that run alone, so that one poison takes no batch with it', async () => {
    await bus.emit([1, 2, 3].map((n) => signalOf('Q_A', { n })));
    await dieAt('claimed', config);
    const handled = await finish();
    expect(handled.map(({ attempt, deaths }) => ({ attempt, deaths }))).toEqual(
      Array(3).fill({ attempt: 2, deaths: 1 }),
    );
  });

  it('too often over one signal leaves it a dead letter, and the flow behind it goes on', async () => {
    await bus.emit([signalOf('Q_A', { poison: true })]);
    for (let attempt = 0; attempt < 3; attempt += 1) await dieAt('claimed', config);
    await bus.emit([signalOf('Q_A', { poison: false })]);
    expect((await finish()).map(({ signal }) => signal.facts)).toEqual([{ poison: false }]);
    expect(await bus.deadLetters(0)).toMatchObject([{ attempts: 3, deaths: 3, signal: { facts: { poison: true } } }]);
  });
});
