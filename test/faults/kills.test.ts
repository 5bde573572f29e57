import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { pathsOf } from '../../src/lib/config/paths.js';
import { Chains, isIdle } from '../helpers/chains.js';
import { until } from '../helpers/colony.js';
import { campaign, printFigures, rounded, seededRandom } from '../helpers/figures.js';
import { MEMBERS, startSupervised, type Supervised } from '../helpers/supervised.js';

const KILLS = campaign('KILLS', 40);
const SEED = campaign('SEED', 20_251_115);
/** Undisturbed rounds, which tell how long a flow takes here. */
const WARM_UP_ROUNDS = 3;
const ROUND_LIMIT_MS = 60_000;

/** A question that an intent file asks, and what must come of it. */
interface Asked {
  file: string;
  module: string;
  outcome: 'Q_MODULE_INTEGRATED' | 'Q_INTEGRATION_FAILED' | 'not applicable';
}

describe('kill -9 of any one process in the middle of the flow', () => {
  let world: Supervised;
  let chains: Chains;
  let root: string;
  const random = seededRandom(SEED);
  const asked: Asked[] = [];
  const killed: Record<string, { kills: number; slowestMs: number }> = {};
  let victim = '';

  beforeEach(async () => {
    world = await startSupervised();
    chains = new Chains(world.bus);
    root = world.config.sourceRoots[0]!;
  });
  afterEach(() => world.end());

  /** Code that nobody knows yet. */
  function writeModule(name: string): void {
    mkdirSync(join(root, name));
    const doc = `"""The ${name} module counts what came in."""\n`;
    writeFileSync(join(root, name, 'count.py'), `${doc}\n\ndef count_${name}(items):\n    """Count items."""\n`);
  }

  function ask(question: Asked): void {
    const { intents } = pathsOf(world.config);
    const id = `discover.module.${question.module}`;
    const data = { question: `What does ${question.module} do?`, evidence: [`path:${join(root, question.module)}`] };
    writeFileSync(join(intents, `${question.file}.tmp`), JSON.stringify({ type: 'discover.module', id, data }));
    renameSync(join(intents, `${question.file}.tmp`), join(intents, question.file));
    asked.push(question);
  }

  /** Two modules that are new, one that is known since the round before, one that is not there. */
  function askRound(round: number): Asked[] {
    const first = asked.length;
    for (const module of [`alpha_${round}`, `beta_${round}`]) {
      writeModule(module);
      ask({ file: `${round}_${module}.json`, module, outcome: 'Q_MODULE_INTEGRATED' });
    }
    if (round > 0) {
      ask({ file: `${round}_again.json`, module: `alpha_${round - 1}`, outcome: 'not applicable' });
    }
    ask({ file: `${round}_phantom.json`, module: `phantom_${round}`, outcome: 'Q_INTEGRATION_FAILED' });
    return asked.slice(first);
  }

  /** At any moment of a flow, all equally likely. */
  async function killSomebody(flowMs: number): Promise<void> {
    await setTimeout(random() * flowMs);
    victim = MEMBERS[Math.floor(random() * MEMBERS.length)]!;
    await until(`${victim} has a process`, () => world.kill(victim), ROUND_LIMIT_MS);
  }

  const routedOf = ({ file }: Asked) => chains.after(`intent:${file}`, 'Q_CURIOSITY_INVESTIGATE');
  const answersOf = (question: Asked) =>
    routedOf(question).flatMap(({ id }) => chains.after(id, 'Q_INVESTIGATION_COMPLETE'));
  const outcomesOf = (question: Asked) =>
    answersOf(question).flatMap(({ id }) => chains.after(id, 'Q_MODULE_INTEGRATED', 'Q_INTEGRATION_FAILED'));
  const isDone = (question: Asked) =>
    question.outcome === 'not applicable' ? answersOf(question).length > 0 : outcomesOf(question).length > 0;

  async function settled(round: readonly Asked[]): Promise<void> {
    await until(
      `all questions of the round are settled (seed ${SEED})`,
      async () => {
        await chains.readOn();
        return round.every(isDone) && (await isIdle(world.bus));
      },
      ROUND_LIMIT_MS,
    );
  }

  /** Exactly one of each, over everything that was ever said. */
  function expectOneOutcomeEach(): void {
    const told = asked.map((question) => ({
      file: question.file,
      routed: routedOf(question).length,
      answers: answersOf(question).length,
      outcomes: outcomesOf(question).map(({ signal }) => signal),
    }));
    expect(told).toEqual(
      asked.map(({ file, outcome }) => ({
        file,
        routed: 1,
        answers: 1,
        outcomes: outcome === 'not applicable' ? [] : [outcome],
      })),
    );
    // Questions that the colony asked itself have one answer each, too.
    for (const question of chains.named('Q_CURIOSITY_INVESTIGATE'))
      expect(chains.after(question.id, 'Q_INVESTIGATION_COMPLETE')).toHaveLength(1);
    expect(new Set(chains.signals.map(({ id }) => id)).size).toBe(chains.signals.length);
  }

  async function expectRegistryOnce(): Promise<void> {
    const modules = asked.filter(({ outcome }) => outcome === 'Q_MODULE_INTEGRATED').map(({ module }) => module);
    const registry = parse(readFileSync(world.config.capabilitiesPath, 'utf8')) as Record<string, unknown>;
    expect(Object.keys(registry).sort()).toEqual([...modules].sort()); // A key that is there twice does not parse.
    await until('every module is announced', async () => {
      await chains.readOn();
      return chains.named('Q_MODULE_DISCOVERED').length >= modules.length;
    });
    const announced = chains.named('Q_MODULE_DISCOVERED').map(({ facts }) => facts['module_name']);
    expect(announced.sort()).toEqual([...modules].sort());
  }

  async function expectOneDeadLetterPerPhantom(): Promise<void> {
    const phantoms = asked.filter(({ outcome }) => outcome === 'Q_INTEGRATION_FAILED').length;
    const numbers = () => {
      const lines = readFileSync(pathsOf(world.config).failedSignals, 'utf8').trimEnd().split('\n');
      return lines.map((line) => (JSON.parse(line) as { number: number }).number);
    };
    await until('all dead letters are in their file', () => numbers().length >= phantoms);
    expect(numbers()).toHaveLength(phantoms);
    expect(new Set(numbers()).size).toBe(phantoms);
  }

  function expectFilesInOrder(): void {
    const { investigations, intents } = pathsOf(world.config);
    expect(readdirSync(intents)).toEqual([]);
    const rows = readFileSync(investigations, 'utf8').trimEnd().split('\n');
    const ids = rows.map((row) => (JSON.parse(row) as { id: string }).id);
    expect(new Set(ids).size).toBe(ids.length);
  }

  const roundsMs: number[] = [];
  async function runRound(round: number, disturb?: (questions: readonly Asked[]) => Promise<void>): Promise<void> {
    const roundMs = performance.now();
    const questions = askRound(round);
    await disturb?.(questions);
    await settled(questions);
    const tookMs = Math.round(performance.now() - roundMs);
    roundsMs.push(tookMs);
    if (disturb === undefined) return;
    const { kills = 0, slowestMs = 0 } = killed[victim] ?? {};
    killed[victim] = { kills: kills + 1, slowestMs: Math.max(slowestMs, tookMs) };
  }

  it('leaves every intent with exactly one outcome, and every module in the registry once', async () => {
    const startedMs = performance.now();
    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) await runRound(round);
    const flowMs = Math.min(...roundsMs);
    roundsMs.length = 0;
    let inFlow = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      await runRound(WARM_UP_ROUNDS + kill, async (questions) => {
        await killSomebody(flowMs);
        await chains.readOn();
        if (!questions.every(isDone)) inFlow += 1;
      });
    }
    expectOneOutcomeEach();
    await expectRegistryOnce();
    await expectOneDeadLetterPerPhantom();
    expectFilesInOrder();
    const journal = pathsOf(world.config).journal;
    const stops = world.transitions.filter(({ state }) => state === 'BACKOFF').length;
    await world.leave();
    const database = new Database(journal, { readonly: true });
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    database.close();
    roundsMs.sort((a, b) => a - b);
    expect(inFlow).toBeGreaterThan(KILLS / 2);
    printFigures('kills', {
      seed: SEED,
      kills: KILLS,
      killed,
      inTheMiddle: inFlow,
      flowMs: Math.round(flowMs),
      ends: stops,
      intents: asked.length,
      signals: chains.signals.length,
      seconds: rounded((performance.now() - startedMs) / 1000),
      roundMs: { median: Math.round(roundsMs[roundsMs.length >> 1]!), max: Math.round(roundsMs.at(-1)!) },
    });
  });
});
