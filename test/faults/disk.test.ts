import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { campaign, printFigures, rounded, seededRandom, SEED } from '../helpers/figures.js';
import { makeFaultShim, whyNoFaultShim, type FaultShim } from '../helpers/fault-shim.js';
import { Questions } from '../helpers/questions.js';
import { makeSmallDisk, whyNoSmallDisk } from '../helpers/small-disk.js';
import { MEMBERS, startSupervised, type Supervised } from '../helpers/supervised.js';

const FAULTS = campaign('DISK', { bounded: 4, full: 60 });
const DISK_MB = 256;
/** Shares of a flow's time for which the disk stays as it is. */
const LEAST_LENGTH = 0.2;
const MOST_LENGTH = 3;

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

  /** Lets the disk fail in each round, from a random moment on and for a random time. */
  async function campaignOf(kind: string, fail: (on: boolean) => void): Promise<void> {
    const random = seededRandom(SEED);
    const startedMs = performance.now();
    const questions = new Questions(world);
    const flowMs = await questions.warmUp();
    let inFlow = 0;
    for (let fault = 0; fault < FAULTS; fault += 1) {
      const { wasUnderWay } = await questions.round(async () => {
        await setTimeout(random() * flowMs);
        fail(true);
        await setTimeout((LEAST_LENGTH + random() * (MOST_LENGTH - LEAST_LENGTH)) * flowMs);
        fail(false);
      });
      if (wasUnderWay) inFlow += 1;
    }
    await questions.expectExactlyOnce();
    expect(world.transitions.filter(({ state }) => state === 'RUNNING')).toHaveLength(MEMBERS.length);
    printFigures('disk', {
      kind,
      seed: SEED,
      faults: FAULTS,
      inTheMiddle: inFlow,
      intents: questions.intents,
      signals: questions.signals,
      lost: 0,
      duplicated: 0,
      seconds: rounded((performance.now() - startedMs) / 1000),
    });
  }

  it.skipIf(noDisk !== undefined)('loses and doubles nothing when it is full to the last page', async () => {
    const disk = makeSmallDisk(DISK_MB);
    ends.push(() => disk.end());
    const home = join(disk.folder, 'home');
    mkdirSync(home);
    world = await startSupervised({ overrides: { home, capabilitiesPath: join(home, 'capabilities.yaml') } });
    await campaignOf('full', (on) => (on ? disk.fill() : disk.free()));
  });

  it.skipIf(noShim !== undefined).for(['ENOSPC', 'EROFS'] as const)(
    'loses and doubles nothing when every write of every process fails with %s',
    async (code) => {
      const shim: FaultShim = makeFaultShim();
      ends.push(() => shim.end());
      world = await startSupervised({ env: shim.env });
      await campaignOf(code, (on) => shim.failWrites(on ? code : undefined));
    },
  );
});
