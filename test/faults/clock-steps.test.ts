import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { campaign, printFigures, rounded, seededRandom, SEED } from '../helpers/figures.js';
import { makeFaultShim, whyNoFaultShim, type FaultShim } from '../helpers/fault-shim.js';
import { Questions } from '../helpers/questions.js';
import { MEMBERS, startSupervised, type Supervised } from '../helpers/supervised.js';

const STEPS = campaign('CLOCK_STEPS', { bounded: 6, full: 100 });
const HOUR_MS = 3_600_000;

const why = whyNoFaultShim();
if (why !== undefined) console.warn(`Skipped: ${why}`);

describe.skipIf(why !== undefined)('a wall clock that is set an hour ahead or back under load', () => {
  let shim: FaultShim;
  let world: Supervised;
  beforeEach(async () => {
    shim = makeFaultShim();
    world = await startSupervised({ env: shim.env });
  });
  afterEach(async () => {
    await world.end();
    shim.end();
  });

  it('loses and doubles nothing, holds nothing back for that hour, and ends no process', async () => {
    const random = seededRandom(SEED);
    const startedMs = performance.now();
    const questions = new Questions(world);
    const flowMs = await questions.warmUp();
    let inFlow = 0;
    for (let step = 0; step < STEPS; step += 1) {
      const { wasUnderWay } = await questions.round(async () => {
        await setTimeout(random() * flowMs);
        shim.stepClock(random() < 0.5 ? HOUR_MS : -HOUR_MS);
      });
      if (wasUnderWay) inFlow += 1;
    }
    await questions.expectExactlyOnce();
    expect(world.transitions.filter(({ state }) => state === 'RUNNING')).toHaveLength(MEMBERS.length);
    printFigures('clock-steps', {
      seed: SEED,
      steps: STEPS,
      inTheMiddle: inFlow,
      intents: questions.intents,
      signals: questions.signals,
      lost: 0,
      duplicated: 0,
      seconds: rounded((performance.now() - startedMs) / 1000),
    });
  });
});
