import { readdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { pathsOf } from '../../src/lib/config/paths.js';
import { Chains, isIdle } from '../helpers/chains.js';
import { until } from '../helpers/colony.js';
import { campaign, printFigures, rounded, SEED } from '../helpers/figures.js';
import { hostileIntents } from '../helpers/hostile.js';
import { peakMb } from '../helpers/process-memory.js';
import { startSupervised, type Supervised } from '../helpers/supervised.js';

const INTENTS = campaign('INTENTS', { bounded: 500, full: 10_000 });
const LIMIT_MS = 600_000;
const MOST_MB = 400;

describe('hostile intent files', () => {
  let world: Supervised;
  afterEach(() => world.end());

  async function buriedNames(): Promise<string[]> {
    const names: string[] = [];
    for (let page = await world.bus.deadLetters(0); page.length > 0;) {
      names.push(...page.flatMap(({ intentFile }) => (intentFile === undefined ? [] : [basename(intentFile)])));
      page = await world.bus.deadLetters(page.at(-1)!.number);
    }
    return names;
  }

  it('end no daemon, and each is routed or in quarantine with a dead letter, once', async () => {
    world = await startSupervised();
    const files = hostileIntents(INTENTS, SEED);
    const { intents, quarantine } = pathsOf(world.config);
    const startedMs = performance.now();
    for (const { name, content } of files) writeFileSync(join(intents, name), content);
    await until('the folder is empty', () => readdirSync(intents).length === 0, LIMIT_MS);
    const emptyMs = performance.now() - startedMs;
    await until('nobody has anything to do', () => isIdle(world.bus), LIMIT_MS);

    const chains = new Chains(world.bus);
    await chains.readOn();
    const routed = chains.signals.flatMap(({ cause_id: cause }) =>
      cause?.startsWith('intent:') ? [cause.slice('intent:'.length)] : [],
    );
    const buried = await buriedNames();
    expect([...routed, ...buried].sort()).toEqual(files.map(({ name }) => name).sort());
    const kept = readdirSync(quarantine).filter((name) => !name.endsWith('.why.json'));
    expect(kept).toHaveLength(buried.length);
    const peaksMb = Object.fromEntries(world.colony.statuses().map(({ name, pid }) => [name, peakMb(pid!)]));
    printFigures('hostile-intents', {
      seed: SEED,
      files: files.length,
      routed: routed.length,
      quarantined: buried.length,
      emptySeconds: rounded(emptyMs / 1000),
      seconds: rounded((performance.now() - startedMs) / 1000),
      peaksMb,
    });
    expect(world.transitions.filter(({ state }) => state === 'BACKOFF' || state === 'FATAL')).toEqual([]);
    expect(Math.max(...Object.values(peaksMb))).toBeLessThan(MOST_MB);
  });
});
