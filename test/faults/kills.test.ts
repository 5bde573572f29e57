import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../helpers/colony.js';
import { campaign, printFigures, rounded, seededRandom, SEED } from '../helpers/figures.js';
import { Questions } from '../helpers/questions.js';
import { MEMBERS, startSupervised, type Supervised } from '../helpers/supervised.js';

const KILLS = campaign('KILLS', { bounded: 24, full: 1_000 });

describe('kill -9 of any one process in the middle of the flow', () => {
  let world: Supervised;
  const random = seededRandom(SEED);
  const killed = new Map(MEMBERS.map((name) => [name, { kills: 0, slowestMs: 0 }]));

  beforeEach(async () => {
    world = await startSupervised();
  });
  afterEach(() => world.end());

  /** Every member in its turn, in an order that differs from turn to turn, the hub among them. */
  function* victims(): Generator<string> {
    for (;;) {
      const left = [...MEMBERS];
      while (left.length > 0) yield left.splice(Math.floor(random() * left.length), 1)[0]!;
    }
  }

  it('leaves every intent with exactly one outcome, and every module in the registry once', async () => {
    const startedMs = performance.now();
    const questions = new Questions(world);
    const flowMs = await questions.warmUp();
    const roundsMs: number[] = [];
    let inFlow = 0;
    const next = victims();
    for (let kill = 0; kill < KILLS; kill += 1) {
      const victim = next.next().value as string;
      const { tookMs, wasUnderWay } = await questions.round(async () => {
        await setTimeout(random() * flowMs); // At any moment of a flow, all equally likely.
        await until(`${victim} has a process`, () => world.signal(victim, 'SIGKILL'));
      });
      roundsMs.push(tookMs);
      if (wasUnderWay) inFlow += 1;
      const { kills, slowestMs } = killed.get(victim)!;
      killed.set(victim, { kills: kills + 1, slowestMs: Math.max(slowestMs, Math.round(tookMs)) });
    }
    const ends = world.transitions.filter(({ state }) => state === 'BACKOFF').length;
    await questions.expectExactlyOnce();
    expect(inFlow).toBeGreaterThan(KILLS / 2);
    expect(ends).toBe(KILLS);
    roundsMs.sort((a, b) => a - b);
    printFigures('kills', {
      seed: SEED,
      kills: KILLS,
      killed: Object.fromEntries(killed),
      inTheMiddle: inFlow,
      flowMs: Math.round(flowMs),
      intents: questions.intents,
      signals: questions.signals,
      lost: 0,
      duplicated: 0,
      seconds: rounded((performance.now() - startedMs) / 1000),
      roundMs: { median: Math.round(roundsMs[roundsMs.length >> 1]!), max: Math.round(roundsMs.at(-1)!) },
    });
  });
});
