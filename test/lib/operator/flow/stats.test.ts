import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/lib/base/clock.js';
import type { Bus } from '../../../../src/lib/bus/bus.js';
import type { Observer } from '../../../../src/lib/bus/observer.js';
import { openBus } from '../../../../src/lib/bus/open-bus.js';
import { openObserver } from '../../../../src/lib/bus/open-observer.js';
import type { Config } from '../../../../src/lib/config/schema.js';
import { orderOf } from '../../../../src/lib/operator/flow/order.js';
import { stats } from '../../../../src/lib/operator/flow/stats.js';
import { namePattern } from '../../../../src/lib/operator/pattern.js';
import { idFromKey } from '../../../../src/lib/signals/id.js';
import { mint } from '../../../../src/lib/signals/mint.js';
import { removeHome, silentLog, temporaryConfig } from '../../../helpers/colony.js';

const START_MS = 1_700_000_000_000;
const range = { sinceMs: START_MS, untilMs: START_MS + 10_000 };
const abort = new AbortController().signal;
const all = namePattern([]);
const WORKER = {
  name: 'w',
  hears: ['Q_A'],
  from: 'beginning',
  maxAttempts: 3,
  ordered: false,
  urgentFirst: false,
} as const;
const said = (name: string, source: string, atMs: number) => {
  const nowMs = START_MS + atMs;
  return mint({ signal: name, facts: {} }, { id: idFromKey(nowMs, `${name}${source}`), source, nowMs });
};

let config: Config;
let bus: Bus;
let observer: Observer;
beforeEach(async () => {
  config = await temporaryConfig();
  bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'onlooker' });
  observer = openObserver(config);
  await bus.emit([said('Q_A', 'x', 0), said('Q_A', 'x', 5_000), said('Q_A', 'y', 100), said('Q_B', 'y', 20_000)]);
});
afterEach(async () => {
  observer.close();
  await bus.close();
  removeHome(config);
});

describe('totals of a stretch of time', () => {
  it('are by name and source, and leave out what lies outside', async () => {
    const rows = await stats(observer, { range, pattern: all }, abort);
    expect(rows).toMatchObject([
      { signal: 'Q_A', source: 'x', count: 2, perSecond: 0.2, lastMs: START_MS + 5_000, open: 0, dead: 0 },
      { signal: 'Q_A', source: 'y', count: 1 },
    ]);
    expect(rows[0]?.bytes).toBeGreaterThan(200);
  });

  it('are narrowed by name and source', async () => {
    expect(await stats(observer, { range, pattern: all, source: 'y' }, abort)).toHaveLength(1);
    expect(await stats(observer, { range, pattern: namePattern(['Q_B']) }, abort)).toEqual([]);
  });

  it('tell what is open, how often it was tried, and what failed', async () => {
    const consumer = await bus.consumer(WORKER);
    const [first, second] = await consumer.claim(2);
    const failure = { error: 'Error: no', traceback: '' };
    await consumer.settle(first!, { kind: 'dead', failure });
    await consumer.settle(second!, { kind: 'retry', failure, delayMs: 60_000 });
    const [x] = await stats(observer, { range, pattern: all }, abort);
    expect(x).toMatchObject({ source: 'x', open: 1, attempts: 2, dead: 1 });
  });

  it('can be ended', async () => {
    await expect(stats(observer, { range, pattern: all }, AbortSignal.abort())).rejects.toThrow();
  });
});

describe("the journal's order", () => {
  it('has no hole where nothing was removed, and tells what the hub has still to publish', () => {
    const order = { first: 1, last: 3, missing: 0, holes: [], unpublished: 4 };
    expect(orderOf(observer, range)).toEqual(order);
    expect(orderOf(observer, { sinceMs: 0, untilMs: 1 })).toMatchObject({ first: null, missing: 0 });
  });
});
