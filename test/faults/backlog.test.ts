import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { Chains } from '../helpers/chains.js';
import { until } from '../helpers/colony.js';
import { campaign, printFigures, rounded } from '../helpers/figures.js';
import { peakMb } from '../helpers/process-memory.js';
import { startSupervised, type Supervised } from '../helpers/supervised.js';

/** 44,638 were recorded in the running system. */
const INTENTS = campaign('BACKLOG', { bounded: 10_000, full: 44_638 });
const LIMIT_MS = 240_000;
const ROUTER = 'intent_router';
/** Shares of the backlog at which the router is killed. */
const KILLED_AT = [0.1, 0.4, 0.7];

const fileOf = (index: number) => `${1_763_163_600_000 + index}_curiosity_explore_${index}.json`;

function writeBacklog(config: Config): void {
  const { intents } = pathsOf(config);
  mkdirSync(intents, { recursive: true });
  for (let index = 0; index < INTENTS; index += 1) {
    const data = { question: `What caused anomaly ${index}?`, question_id: `anomaly_${index}`, evidence: [] };
    const intent = { intent_type: 'curiosity_explore', priority: index % 11, data };
    writeFileSync(join(intents, fileOf(index)), JSON.stringify(intent));
  }
}

describe('a huge backlog of intent files', () => {
  let world: Supervised;
  afterEach(() => world.end());

  it('is routed whole, each once, though the router is killed again and again', async () => {
    const startedMs = performance.now();
    world = await startSupervised({ only: ['chemical_bus', ROUTER], prepare: writeBacklog });
    const readyMs = performance.now();
    const routed = async () => (await world.bus.newest()) / INTENTS;
    for (const share of KILLED_AT) {
      await until(`${share} of it is routed`, async () => (await routed()) >= share, LIMIT_MS);
      await until('the router has a process', () => world.signal(ROUTER, 'SIGKILL'));
    }
    const { intents } = pathsOf(world.config);
    await until('the folder is empty', () => readdirSync(intents).length === 0, LIMIT_MS);
    const drainedMs = performance.now();

    const chains = new Chains(world.bus);
    await chains.readOn();
    const causes = chains.named('Q_CURIOSITY_INVESTIGATE').map(({ cause_id }) => cause_id);
    expect(causes).toHaveLength(INTENTS);
    expect(new Set(causes)).toEqual(new Set(Array.from({ length: INTENTS }, (_, index) => `intent:${fileOf(index)}`)));
    const router = world.colony.statuses().find(({ name }) => name === ROUTER);
    printFigures('backlog', {
      intents: INTENTS,
      kills: KILLED_AT.length,
      writtenAndReadySeconds: rounded((readyMs - startedMs) / 1000),
      drainedSeconds: rounded((drainedMs - readyMs) / 1000),
      routerPeakMb: peakMb(router!.pid!),
    });
  });
});
