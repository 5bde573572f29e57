import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../helpers/colony.js';
import { campaign, printFigures, rounded, seededRandom, SEED } from '../helpers/figures.js';
import { Questions } from '../helpers/questions.js';
import { MEMBERS, startSupervised, type Supervised } from '../helpers/supervised.js';

const KILLS = campaign('KILLS', { bounded: 18, full: 1_000 });
const LIMIT_MS = 300_000;

describe('kill -9 of every process in the middle of the flow', () => {
  let world: Supervised;
  const random = seededRandom(SEED);
  const killed: Record<string, number> = {};
  let kills = 0;
  let inFlow = 0;
  const lastPids = new Map<string, number>();

  beforeEach(async () => {
    world = await startSupervised();
  });
  afterEach(() => world.end());

  /** Every member once, the hub among them, in any order and at any moment of a flow, all equally likely. */
  function plan(flowMs: number): { victim: string; atMs: number }[] {
    const planned = MEMBERS.map((victim) => ({ victim, atMs: random() * flowMs, order: random() }));
    const chosen = planned.sort((a, b) => a.order - b.order).slice(0, KILLS - kills);
    return chosen.sort((a, b) => a.atMs - b.atMs);
  }

  /** False while it has none but the one that was killed before, which takes a moment to be gone. */
  function killAnew(victim: string): boolean {
    const pid = world.pidOf(victim);
    if (pid === null || pid === lastPids.get(victim)) return false;
    lastPids.set(victim, pid);
    return world.signal(victim, 'SIGKILL');
  }

  async function killAll(questions: Questions, flowMs: number): Promise<void> {
    const startMs = performance.now();
    for (const { victim, atMs } of plan(flowMs)) {
      await setTimeout(Math.max(0, atMs - (performance.now() - startMs)));
      await until(`${victim} has a new process`, () => killAnew(victim), LIMIT_MS);
      killed[victim] = (killed[victim] ?? 0) + 1;
      kills += 1;
      if (await questions.isUnderWay()) inFlow += 1;
    }
  }

  it('leaves every intent with exactly one outcome, and every module in the registry once', async () => {
    const startedMs = performance.now();
    const questions = new Questions(world);
    const flowMs = await questions.warmUp();
    const roundsMs: number[] = [];
    while (kills < KILLS) roundsMs.push((await questions.round(() => killAll(questions, flowMs))).tookMs);
    const ends = world.transitions.filter(({ state }) => state === 'BACKOFF').map(({ why }) => why);
    await questions.expectExactlyOnce();
    expect(ends).toEqual(Array(KILLS).fill('it was ended by SIGKILL'));
    expect(inFlow).toBeGreaterThan(KILLS / 2);
    roundsMs.sort((a, b) => a - b);
    printFigures('kills', {
      seed: SEED,
      kills,
      killed,
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
