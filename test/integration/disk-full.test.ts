import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/base/clock.js';
import { ballastOf } from '../../src/lib/bus/embedded/ballast.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import { defineDaemon } from '../../src/lib/runtime/define-daemon.js';
import { runDaemon, type RunningDaemon } from '../../src/lib/runtime/run-daemon.js';
import type { Signal } from '../../src/lib/signals/envelope.js';
import { until } from '../helpers/colony.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';
import { makeSmallDisk, whyNoSmallDisk, type SmallDisk } from '../helpers/small-disk.js';

const why = whyNoSmallDisk();
if (why !== undefined) console.warn(`Skipped: ${why}`);

/** The reserve of 16 MiB is taken when twice its size is free. */
const DISK_MB = 64;
const PAYLOAD = 'x'.repeat(64 * 1024);
/** What is answered is larger than what was said, so that a used write-ahead log has no room for it. */
const ANSWER_PAYLOAD = PAYLOAD.repeat(3);
const WAITING = 60;
const MANY = 1_000;
const LIMIT_MS = 20_000;

describe.skipIf(why !== undefined)('a disk that is full', () => {
  let disk: SmallDisk;
  let colony: TestColony;
  let worker: RunningDaemon;
  let openGate: () => void;
  let complaints: string;
  const handled: unknown[] = [];
  const accepted: Signal[] = [];

  /** Its handler ends its first signal when the gate opens. */
  async function startWorker(): Promise<RunningDaemon> {
    const gate = new Promise<void>((resolve) => (openGate = resolve));
    const definition = defineDaemon({
      name: 'worker',
      purpose: 'Answers each signal',
      hears: ['Q_A'],
      says: ['Q_B'],
      handle: async ({ facts: { n } }) => {
        await gate;
        handled.push(n);
        return [{ signal: 'Q_B', facts: { n, payload: ANSWER_PAYLOAD } }];
      },
    });
    const log = pino({ level: 'error' }, { write: (line: string) => void (complaints += line) });
    return runDaemon(definition, { config: colony.config, clock: systemClock, log, random: Math.random });
  }

  beforeEach(async () => {
    disk = makeSmallDisk(DISK_MB);
    complaints = '';
    handled.length = 0;
    accepted.length = 0;
    const home = join(disk.folder, 'home');
    mkdirSync(home);
    colony = await startColony({ home, capabilitiesPath: join(home, 'capabilities.yaml') });
    worker = await startWorker();
  });
  afterEach(async () => {
    disk.free();
    openGate();
    await worker.stop();
    await colony.end();
    disk.end();
  });

  async function accept(signal: Signal): Promise<void> {
    await colony.bus.emit([signal]);
    accepted.push(signal);
  }

  /** Emits until the journal refuses, and answers the refusal. */
  async function refusal(): Promise<unknown> {
    try {
      for (let n = 0; n < MANY; n += 1) await accept(signalOf('Q_A', { n: accepted.length, payload: PAYLOAD }));
      return undefined;
    } catch (error) {
      return error;
    }
  }
  const hasReserve = () => existsSync(ballastOf(pathsOf(colony.config).journal));
  /** A page ends after some megabytes, so there are several. */
  async function answers(): Promise<Signal[]> {
    const found: Signal[] = [];
    for (let afterSeq = 0; ;) {
      const page = await colony.bus.browse({ signals: ['Q_B'], afterSeq });
      found.push(...page.map(({ signal }) => signal));
      const last = page.at(-1);
      if (last === undefined) return found;
      afterSeq = last.seq;
    }
  }

  async function expectAllAnsweredOnce(): Promise<void> {
    await until('all that was accepted is answered', async () => (await answers()).length >= accepted.length, LIMIT_MS);
    expect((await answers()).map(({ cause_id }) => cause_id)).toEqual(accepted.map(({ id }) => id));
    expect(handled).toEqual(accepted.map(({ facts }) => facts['n']));
    expect(await colony.bus.deadLetters(0)).toEqual([]);
  }

  it('refuses new signals with an error to their caller, settles what was accepted, and resumes by itself', async () => {
    disk.fill();
    expect(await refusal()).toMatchObject({ code: 'DISK_FULL', next: [expect.stringContaining('free space')] });
    expect(hasReserve()).toBe(false);
    openGate();
    await expectAllAnsweredOnce(); // In the room that the reserve left.
    const late = signalOf('Q_A', { n: 'late' });
    await expect(colony.bus.emit([late])).rejects.toMatchObject({ code: 'DISK_FULL' });

    disk.free();
    await until('it takes signals again', async () =>
      accept(late).then(
        () => true,
        () => false,
      ),
    );
    await expectAllAnsweredOnce();
    expect(hasReserve()).toBe(true);
  });

  it('lets handlers wait with what they did while even the reserve is taken by others, and loses nothing', async () => {
    for (let n = 0; n < WAITING; n += 1) await accept(signalOf('Q_A', { n, payload: PAYLOAD }));
    disk.fill();
    await refusal();
    disk.fill(); // The reserve that was given up is gone too.
    openGate();
    await until('an outcome cannot be written', () => complaints.includes('tried again in a second'));
    expect((await answers()).length).toBeLessThan(accepted.length);
    await expect(colony.bus.emit([signalOf('Q_A')])).rejects.toMatchObject({ code: 'DISK_FULL' });

    disk.free();
    await expectAllAnsweredOnce();
  });
});
