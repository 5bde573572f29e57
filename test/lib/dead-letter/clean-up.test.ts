import { appendFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import { PermanentError } from '../../../src/lib/base/errors.js';
import { pathsOf } from '../../../src/lib/config/paths.js';
import { cleanUp, type CleanUpOptions } from '../../../src/lib/dead-letter/clean-up.js';
import { DailyCleanUp } from '../../../src/lib/dead-letter/daily.js';
import { DeadLetterStore } from '../../../src/lib/dead-letter/store.js';
import { defineDaemon } from '../../../src/lib/runtime/define-daemon.js';
import { until } from '../../helpers/colony.js';
import { startColony, type TestColony } from '../../helpers/run.js';
import { signalOf } from '../../helpers/signals.js';
import { all } from '../../helpers/all.js';

const DAY_MS = 86_400_000;

let colony: TestColony;
let store: DeadLetterStore;
let paths: ReturnType<typeof pathsOf>;
let isBroken: boolean;
beforeEach(async () => {
  isBroken = true;
  colony = await startColony();
  paths = pathsOf(colony.config);
  store = new DeadLetterStore(paths, systemClock);
  await colony.start(
    defineDaemon({
      name: 'worker',
      purpose: 'test',
      hears: ['Q_A'],
      says: [],
      from: 'beginning',
      handle: () => {
        if (isBroken) throw new PermanentError({ code: 'BROKEN', message: 'it is broken' });
      },
    }),
  );
  await colony.bus.emit([signalOf('Q_A')]);
  await until('a row is open', async () => (await store.read()).length === 1);
});
afterEach(() => colony.end());

/** The clean-up so many days from now. */
const after = (days: number, journal: CleanUpOptions['journal'] = colony.bus) =>
  cleanUp({
    ...{ store, journal, replays: paths.replays, dlq: colony.config.dlq },
    clock: { nowMs: () => Date.now() + days * DAY_MS },
    ages: { nowMs: () => Date.now() + days * DAY_MS },
  });

describe('the daily clean-up', () => {
  it('moves what is older than a period to the archive, and removes it after a second one', async () => {
    expect(await after(29)).toEqual({ resolved: 0, deleted: 0, removed: 0 });
    expect(await after(31)).toEqual({ resolved: 0, deleted: 1, removed: 0 });
    expect(await store.read()).toEqual([]);
    expect(await colony.bus.deadLetters(0)).toHaveLength(1);
    expect(await after(60)).toEqual({ resolved: 0, deleted: 0, removed: 0 });
    const broken = {
      deadLetters: (number: number) => colony.bus.deadLetters(number),
      standing: (daemon: string, id: string) => colony.bus.standing(daemon, id),
      resolve: () => Promise.reject(new Error('the disk is full')),
    };
    await expect(after(62, broken)).rejects.toThrow('the disk is full');
    expect(await all(store.archivedLetters())).toHaveLength(1);
    expect(await after(62)).toEqual({ resolved: 0, deleted: 0, removed: 1 });
    expect(await all(store.archivedLetters())).toEqual([]);
    expect(await colony.bus.deadLetters(0)).toEqual([]);
  });

  it('leaves lines that say no time', async () => {
    appendFileSync(paths.failedSignals, 'no json\n');
    await after(400);
    expect((await store.read()).map(({ shape }) => shape)).toEqual(['unreadable']);
  });

  it('takes rows out that the journal has dealt with, as after a replay that was killed', async () => {
    isBroken = false;
    const [letter] = await store.read();
    await colony.bus.reopen(letter!.number!);
    await until('it is handled', async () => (await colony.bus.standing('worker', letter!.signalId!)) === 'handled');
    expect(await after(0)).toEqual({ resolved: 1, deleted: 0, removed: 0 });
    expect((await all(store.archivedLetters()))[0]).toMatchObject({
      resolution: { kind: 'resolved', became: 'its signal is handled' },
    });
  });

  it('runs a minute after the start and then once a day, and says what it did', async () => {
    let nowMs = 0;
    let times = 0;
    const reports: unknown[] = [];
    const done = { resolved: 0, deleted: 1, removed: 0 };
    const daily = new DailyCleanUp(
      { monotonicMs: () => nowMs },
      { cleanUp: async () => ((times += 1), done), report: (report) => reports.push(report) },
    );
    for (const atMs of [0, 59_000, 60_000, 61_000, DAY_MS, DAY_MS + 60_000]) {
      nowMs = atMs;
      await daily.run();
    }
    expect(times).toBe(2);
    expect(reports).toEqual([done, done]);
  });

  it('is tried again after some minutes where it failed', async () => {
    let nowMs = 0;
    let times = 0;
    const cleanUp = async () => {
      times += 1;
      throw new Error('the disk is full');
    };
    const daily = new DailyCleanUp({ monotonicMs: () => nowMs }, { cleanUp, report: () => undefined });
    for (const atMs of [60_000, 659_000, 660_000]) {
      nowMs = atMs;
      await daily.run().catch(() => undefined);
    }
    expect(times).toBe(2);
  });
});
