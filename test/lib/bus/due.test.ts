import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import type { Bus } from '../../../src/lib/bus/bus.js';
import { openDatabase } from '../../../src/lib/bus/embedded/database.js';
import { openDue } from '../../../src/lib/bus/embedded/due.js';
import { openBus } from '../../../src/lib/bus/open-bus.js';
import { pathsOf } from '../../../src/lib/config/paths.js';
import type { Config } from '../../../src/lib/config/schema.js';
import { removeHome, silentLog, temporaryConfig } from '../../helpers/colony.js';
import { signalOf } from '../../helpers/signals.js';

describe('who has something to do and no process', () => {
  let config: Config;
  let operator: Bus;
  const join = (name: string) => openBus({ config, clock: systemClock, log: silentLog, name });
  const hear = { hears: ['Q_A', 'Q_B'], from: 'now', maxAttempts: 5, ordered: false, urgentFirst: false } as const;

  beforeEach(async () => {
    config = await temporaryConfig();
    operator = await join('operator');
  });
  afterEach(async () => {
    await operator.close();
    removeHome(config);
  });

  const due = async (...named: string[]) => {
    const database = await openDatabase(pathsOf(config).journal);
    try {
      return openDue(database)(systemClock.nowMs(), named);
    } finally {
      database.close();
    }
  };

  it('is whoever hears what was said while it was away, and not who is there or is paused', async () => {
    const worker = await join('worker');
    await worker.consumer({ name: 'worker', ...hear });
    await operator.emit([signalOf('Q_C')]);
    await worker.close();
    expect(await due()).toEqual([]);
    await operator.emit([signalOf('Q_B')]);
    expect(await due()).toEqual(['worker']);
    await operator.setPaused(['worker'], { by: 'operator', reason: null, sinceMs: 0 });
    expect(await due()).toEqual([]);
    await operator.setPaused(['worker'], null);
    const back = await join('worker');
    expect(await due()).toEqual([]);
    await back.close();
  });

  it('is whoever is named as having work of its own, under the same conditions', async () => {
    const worker = await join('worker');
    await worker.consumer({ name: 'worker', ...hear });
    expect(await due('worker')).toEqual([]);
    await worker.close();
    expect(await due('worker', 'nobody')).toEqual(['worker']);
    await operator.setPaused(['worker'], { by: 'operator', reason: null, sinceMs: 0 });
    expect(await due('worker')).toEqual([]);
  });

  it('is not who waits for the time of its next attempt', async () => {
    const worker = await join('worker');
    const consumer = await worker.consumer({ name: 'worker', ...hear });
    await operator.emit([signalOf('Q_A')]);
    const [delivery] = await consumer.claim(1);
    const failure = { error: 'Error: not yet', traceback: '' };
    await consumer.settle(delivery!, { kind: 'retry', failure, delayMs: 60_000 });
    await consumer.close();
    await worker.close();
    expect(await due()).toEqual([]);
  });
});
