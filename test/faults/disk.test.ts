import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../helpers/colony.js';
import { campaign, printFigures, rounded, seededRandom, SEED } from '../helpers/figures.js';
import { makeFaultShim, whyNoFaultShim, type FaultShim } from '../helpers/fault-shim.js';
import { Questions } from '../helpers/questions.js';
import { makeSmallDisk, whyNoSmallDisk } from '../helpers/small-disk.js';
import { MEMBERS, startSupervised, type Supervised } from '../helpers/supervised.js';

const FAULTS = campaign('DISK', { bounded: 2, full: 60 });
/** Places all over the writes of a flow, of which there are some hundreds. */
const WRITES = campaign('DISK_WRITES', { bounded: 3, full: 200 });
const MANY = 1_000_000;
const DISK_MB = 256;
/** Shares of a flow's time for which the disk stays as it is. */
const LEAST_LENGTH = 0.2;
const MOST_LENGTH = 3;

/** What happens in each round, one after the other. */
type Rounds = (flowMs: number, questions: Questions) => AsyncGenerator<() => Promise<void>>;

const noDisk = whyNoSmallDisk();
const noShim = whyNoFaultShim();
for (const why of [noDisk, noShim]) if (why !== undefined) console.warn(`Skipped: ${why}`);

describe('a disk that fails at any moment of the flow, and mends', () => {
  let world: Supervised;
  const ends: (() => void)[] = [];
  afterEach(async () => {
    await world.end();
    for (const end of ends.splice(0)) end();
  });

  /** Lets something happen in each round; then nothing was lost, doubled, or had to be started again. */
  async function campaignOf(kind: string, rounds: Rounds): Promise<void> {
    const startedMs = performance.now();
    const questions = new Questions(world);
    const disturb = rounds(await questions.warmUp(), questions);
    let [faults, inFlow] = [0, 0];
    for await (const fault of disturb) {
      const { wasUnderWay } = await questions.round(fault);
      faults += 1;
      if (wasUnderWay) inFlow += 1;
    }
    await questions.expectExactlyOnce();
    expect(world.transitions.filter(({ state }) => state === 'RUNNING')).toHaveLength(MEMBERS.length);
    printFigures('disk', {
      kind,
      seed: SEED,
      faults,
      inTheMiddle: inFlow,
      intents: questions.intents,
      signals: questions.signals,
      lost: 0,
      duplicated: 0,
      seconds: rounded((performance.now() - startedMs) / 1000),
    });
  }

  /** It fails from a random moment on, for a random time. */
  function atRandom(fail: (on: boolean) => void): Rounds {
    const random = seededRandom(SEED);
    return async function* (flowMs) {
      for (let fault = 0; fault < FAULTS; fault += 1)
        yield async () => {
          await setTimeout(random() * flowMs);
          fail(true);
          await setTimeout((LEAST_LENGTH + random() * (MOST_LENGTH - LEAST_LENGTH)) * flowMs);
          fail(false);
        };
    };
  }

  /** It fails at the n-th write of all processes, for n all over a flow, and mends when somebody has met it. */
  function atEachWrite(shim: FaultShim): Rounds {
    return async function* (flowMs, questions) {
      shim.failWrites('ENOSPC', MANY);
      await questions.round();
      const writes = MANY - shim.passesLeft();
      shim.failWrites(undefined);
      for (let fault = 0; fault < WRITES; fault += 1) {
        const code = fault % 2 === 0 ? 'ENOSPC' : 'EROFS';
        yield async () => {
          shim.failWrites(code, Math.floor((fault * writes) / WRITES));
          await until('the disk fails', () => shim.passesLeft() <= 0, 10 * flowMs).catch(() => undefined);
          await setTimeout(LEAST_LENGTH * flowMs);
          shim.failWrites(undefined);
        };
      }
    };
  }

  it.skipIf(noDisk !== undefined)('loses and doubles nothing when it is full to the last page', async () => {
    const disk = makeSmallDisk(DISK_MB);
    ends.push(() => disk.end());
    const home = join(disk.folder, 'home');
    mkdirSync(home);
    world = await startSupervised({ overrides: { home, capabilitiesPath: join(home, 'capabilities.yaml') } });
    await campaignOf(
      'full',
      atRandom((on) => (on ? disk.fill() : disk.free())),
    );
  });

  it.skipIf(noShim !== undefined).for(['ENOSPC', 'EROFS'] as const)(
    'loses and doubles nothing when every write of every process fails with %s',
    async (code) => {
      const shim: FaultShim = makeFaultShim();
      ends.push(() => shim.end());
      world = await startSupervised({ env: shim.env });
      await campaignOf(
        code,
        atRandom((on) => shim.failWrites(on ? code : undefined)),
      );
    },
  );

  it.skipIf(noShim !== undefined)(
    'loses and doubles nothing whichever write of a flow is the first to fail',
    async () => {
      const shim: FaultShim = makeFaultShim();
      ends.push(() => shim.end());
      world = await startSupervised({ env: shim.env });
      await campaignOf('nth write', atEachWrite(shim));
    },
  );
});
