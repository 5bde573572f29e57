import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'vitest';
import { parse } from 'yaml';
import { pathsOf } from '../../src/lib/config/paths.js';
import { Chains, isIdle } from './chains.js';
import { until } from './colony.js';
import { MEMBERS, type Supervised } from './supervised.js';

/** A question that an intent file asks, and what must come of it. */
interface Asked {
  file: string;
  module: string;
  outcome: 'Q_MODULE_INTEGRATED' | 'Q_INTEGRATION_FAILED' | 'not applicable';
}

/** What a round of questions took. */
export interface Round {
  tookMs: number;
  /** Whether something was still to do when the disturbance was over. */
  wasUnderWay: boolean;
}

const LOG_LINES = 40;
const ROUND_LIMIT_MS = 300_000;

/**
 * Load for a colony of real processes whose every outcome is known beforehand: what was asked has exactly one answer
 * and one outcome, every module is in the registry once, every failure is one dead letter. Faults are put into its rounds.
 */
export class Questions {
  readonly #world: Supervised;
  readonly #chains: Chains;
  readonly #root: string;
  readonly #asked: Asked[] = [];
  #current: Asked[] = [];
  #rounds = 0;

  constructor(world: Supervised) {
    this.#world = world;
    this.#chains = new Chains(world.bus);
    this.#root = world.config.sourceRoots[0]!;
  }

  get intents(): number {
    return this.#asked.length;
  }

  /** Modules that must be in the registry. */
  get modules(): number {
    return this.#withOutcome('Q_MODULE_INTEGRATED').length;
  }

  get signals(): number {
    return this.#chains.signals.length;
  }

  /** Asks, lets a fault happen, and waits until all is answered and nobody has anything to do. */
  async round(disturb: () => Promise<void> = async () => undefined): Promise<Round> {
    const startMs = performance.now();
    const questions = this.#askRound(this.#rounds++);
    this.#current = questions;
    await disturb();
    const wasUnderWay = await this.isUnderWay();
    await until(
      'all questions of the round are settled',
      async () => {
        await this.#chains.readOn();
        return questions.every((question) => this.#isDone(question)) && (await isIdle(this.#world.bus));
      },
      ROUND_LIMIT_MS,
    ).catch(async (error: unknown) => {
      throw new Error(`${String(error)}: ${await this.#standing(questions)}`);
    });
    return { tookMs: performance.now() - startMs, wasUnderWay };
  }

  /** For whoever has to find out why a round did not come to its end. */
  async #standing(questions: readonly Asked[]): Promise<string> {
    const open = questions
      .filter((question) => !this.#isDone(question))
      .map((question) => ({
        ...question,
        routed: this.#routedOf(question).map(({ id }) => id),
        answers: this.#answersOf(question).map(({ id }) => id),
      }));
    const consumers = await this.#world.bus.consumers();
    const members = this.#world.colony.statuses();
    const letters = (await this.#world.bus.deadLetters(0)).map(({ daemon, error }) => `${daemon}: ${error}`);
    const left = readdirSync(pathsOf(this.#world.config).intents);
    const log = this.#world.log().split('\n').slice(-LOG_LINES);
    return JSON.stringify({ open, consumers, members, letters, left, log }, undefined, 1);
  }

  /** Whether the round that runs has something still to do. */
  async isUnderWay(): Promise<boolean> {
    await this.#chains.readOn();
    return !this.#current.every((question) => this.#isDone(question));
  }

  /** Milliseconds that a flow takes here, the least of a few undisturbed rounds. */
  async warmUp(rounds = 3): Promise<number> {
    let leastMs = Infinity;
    for (let round = 0; round < rounds; round += 1) leastMs = Math.min(leastMs, (await this.round()).tookMs);
    return leastMs;
  }

  /** Over everything that was ever asked: one effect each, nothing lost, all daemons up. Ends the colony. */
  async expectExactlyOnce(): Promise<void> {
    const isUp = () => this.#world.colony.statuses().every(({ state }) => state === 'RUNNING');
    await until('all daemons are up', isUp, ROUND_LIMIT_MS);
    expect(this.#world.colony.statuses().map(({ name }) => name)).toEqual(MEMBERS);
    this.#expectOneOutcomeEach();
    await this.#expectRegistryOnce();
    await this.#expectOneDeadLetterPerPhantom();
    this.#expectFilesInOrder();
    await this.#world.leave();
    const database = new Database(pathsOf(this.#world.config).journal, { readonly: true });
    expect(database.pragma('integrity_check', { simple: true })).toBe('ok');
    database.close();
  }

  /** Two modules that are new, one that is known since the round before, one that is not there. */
  #askRound(round: number): Asked[] {
    const first = this.#asked.length;
    for (const module of [`alpha_${round}`, `beta_${round}`]) {
      this.#writeModule(module);
      this.#ask({ file: `${round}_${module}.json`, module, outcome: 'Q_MODULE_INTEGRATED' });
    }
    if (round > 0) {
      this.#ask({ file: `${round}_again.json`, module: `alpha_${round - 1}`, outcome: 'not applicable' });
    }
    this.#ask({ file: `${round}_phantom.json`, module: `phantom_${round}`, outcome: 'Q_INTEGRATION_FAILED' });
    return this.#asked.slice(first);
  }

  /** Code that nobody knows yet. */
  #writeModule(name: string): void {
    mkdirSync(join(this.#root, name));
    const doc = `"""The ${name} module counts what came in."""\n`;
    writeFileSync(join(this.#root, name, 'count.py'), `${doc}\n\ndef count_${name}(items):\n    """Count items."""\n`);
  }

  #ask(question: Asked): void {
    const { intents } = pathsOf(this.#world.config);
    const id = `discover.module.${question.module}`;
    const evidence = [`path:${join(this.#root, question.module)}`];
    const data = { question: `What does ${question.module} do?`, evidence };
    writeFileSync(join(intents, `${question.file}.tmp`), JSON.stringify({ type: 'discover.module', id, data }));
    renameSync(join(intents, `${question.file}.tmp`), join(intents, question.file));
    this.#asked.push(question);
  }

  #routedOf({ file }: Asked) {
    return this.#chains.after(`intent:${file}`, 'Q_CURIOSITY_INVESTIGATE');
  }

  #answersOf(question: Asked) {
    return this.#routedOf(question).flatMap(({ id }) => this.#chains.after(id, 'Q_INVESTIGATION_COMPLETE'));
  }

  #outcomesOf(question: Asked) {
    const answers = this.#answersOf(question);
    return answers.flatMap(({ id }) => this.#chains.after(id, 'Q_MODULE_INTEGRATED', 'Q_INTEGRATION_FAILED'));
  }

  #isDone(question: Asked): boolean {
    const ends = question.outcome === 'not applicable' ? this.#answersOf(question) : this.#outcomesOf(question);
    return ends.length > 0;
  }

  #expectOneOutcomeEach(): void {
    const told = this.#asked.map((question) => ({
      file: question.file,
      routed: this.#routedOf(question).length,
      answers: this.#answersOf(question).length,
      outcomes: this.#outcomesOf(question).map(({ signal }) => signal),
    }));
    const expected = this.#asked.map(({ file, outcome }) => {
      const outcomes = outcome === 'not applicable' ? [] : [outcome];
      return { file, routed: 1, answers: 1, outcomes };
    });
    expect(told).toEqual(expected);
    // Questions that the colony asked itself have one answer each, too.
    for (const question of this.#chains.named('Q_CURIOSITY_INVESTIGATE'))
      expect(this.#chains.after(question.id, 'Q_INVESTIGATION_COMPLETE')).toHaveLength(1);
    expect(new Set(this.#chains.signals.map(({ id }) => id)).size).toBe(this.signals);
  }

  #withOutcome(wanted: Asked['outcome']): string[] {
    return this.#asked.filter(({ outcome }) => outcome === wanted).map(({ module }) => module);
  }

  async #expectRegistryOnce(): Promise<void> {
    const modules = this.#withOutcome('Q_MODULE_INTEGRATED').sort();
    const registry = parse(readFileSync(this.#world.config.capabilitiesPath, 'utf8')) as Record<string, unknown>;
    expect(Object.keys(registry).sort()).toEqual(modules); // A key that is there twice does not parse.
    const isAnnounced = async () => {
      await this.#chains.readOn();
      return this.#chains.named('Q_MODULE_DISCOVERED').length >= modules.length;
    };
    await until('every module is announced', isAnnounced, ROUND_LIMIT_MS);
    const announced = this.#chains.named('Q_MODULE_DISCOVERED').map(({ facts }) => facts['module_name']);
    expect(announced.sort()).toEqual(modules);
  }

  async #expectOneDeadLetterPerPhantom(): Promise<void> {
    const phantoms = this.#withOutcome('Q_INTEGRATION_FAILED').length;
    const { failedSignals } = pathsOf(this.#world.config);
    const numbers = () => rowsOf(failedSignals).flatMap(({ number }) => (number === undefined ? [] : [number]));
    await until('all dead letters are in their file', () => numbers().length >= phantoms, ROUND_LIMIT_MS);
    expect(numbers()).toHaveLength(phantoms);
    expect(new Set(numbers()).size).toBe(phantoms);
  }

  #expectFilesInOrder(): void {
    const { investigations, intents } = pathsOf(this.#world.config);
    expect(readdirSync(intents)).toEqual([]);
    const ids = rowsOf(investigations).flatMap(({ id }) => (id === undefined ? [] : [id]));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThan(0);
  }
}

/** Rows of a JSON Lines file; a line that is none of ours has nothing. */
function rowsOf(path: string): { id?: unknown; number?: unknown }[] {
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  return lines.map((line) => {
    try {
      return JSON.parse(line) as { id?: unknown; number?: unknown };
    } catch {
      return {}; // A torn line, which a fault left there.
    }
  });
}
