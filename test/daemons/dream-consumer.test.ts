import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import { dreamConsumer } from '../../src/daemons/dream-consumer.js';
import { tournamentConsumer } from '../../src/daemons/tournament-consumer.js';
import type { Signal } from '../../src/lib/bus/bus.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import { releaseLock, takeLock } from '../../src/lib/dream/cycle/lock.js';
import type { DreamResult } from '../../src/lib/dream/result.js';
import { idMaker } from '../../src/lib/signals/id.js';
import { mint } from '../../src/lib/signals/mint.js';
import { isIdle } from '../helpers/chains.js';
import { until as untilWithin } from '../helpers/colony.js';
import { startColony, type TestColony } from '../helpers/run.js';

/** A cycle is dozens of processes, and the machine may be slow. */
const PATIENCE_MS = 240_000;
vi.setConfig({ testTimeout: 300_000 });
const until = (what: string, condition: () => Promise<boolean>) => untilWithin(what, condition, PATIENCE_MS);

let colony: TestColony;
afterEach(async () => colony.end());

const newId = idMaker(Math.random);
const ANY_LOAD = 100_000;
const EXPERIMENT = {
  name: 'plain',
  search_space: { x: { type: 'int', min: 1, max: 1_000 } },
  baseline: { x: 10 },
  evaluator: { command: ['sh', '-c', 'echo "{\\"score\\": $KLOROS_PARAM_X}"'] },
  metrics: { target_direction: { score: 'up' } },
  budget: { max_candidates: 6, max_generations: 3 },
  selector: { population: 4, bracket: 4, match_pairs: 2 },
};

/** A colony with this experiment, before any daemon of D-REAM runs. */
async function colonyWith(
  experiment: Record<string, unknown> = {},
  dream: Record<string, unknown> = {},
): Promise<void> {
  const delivery = { pollMs: 20, backoffMs: 20 };
  colony = await startColony({ delivery, dream: { maxLoad: ANY_LOAD, minFreeMb: 0, ...dream } });
  const { evaluator, ...parts } = experiment;
  const judged = { ...EXPERIMENT.evaluator, ...(evaluator as object | undefined) };
  writeFileSync(
    pathsOf(colony.config).dream,
    stringify({ experiments: [{ ...EXPERIMENT, ...parts, evaluator: judged }] }),
  );
}

async function trigger(facts: Record<string, unknown> = {}): Promise<Signal> {
  const nowMs = Date.now();
  const draft = { signal: 'Q_DREAM_TRIGGER', facts: { reason: 'test', topic: null, promotion_count: 1, ...facts } };
  const signal = mint(draft, { id: newId(nowMs), source: 'test', nowMs });
  await colony.bus.emit([signal]);
  return signal;
}

const said = async (name: string) => (await colony.bus.browse({ signals: [name] })).map(({ signal }) => signal);
const completions = () => said('Q_DREAM_COMPLETE');
const resultOf = ({ facts }: Signal) => JSON.parse(readFileSync(String(facts['result_path']), 'utf8')) as DreamResult;

describe('a trigger', () => {
  it('becomes a cycle, a tournament and one completion; its promotions are acknowledged with what became of them', async () => {
    await colonyWith();
    const { promotions } = pathsOf(colony.config);
    mkdirSync(promotions, { recursive: true });
    writeFileSync(join(promotions, 'better.json'), '{}');
    await colony.start(dreamConsumer);
    await colony.start(tournamentConsumer);
    await trigger();
    await until('the cycle is told of', async () => (await completions()).length > 0);
    const [complete] = await completions();
    expect(complete?.facts).toMatchObject({ success: true, mutations_generated: 6, exit_code: 0, error_type: null });
    expect(complete?.facts['fitness_improvement']).toBeGreaterThan(1);
    const [experiment] = resultOf(complete!).experiments;
    expect(experiment).toMatchObject({ success: true, baseline: { params: { x: 10 }, metrics: { score: 10 } } });
    expect(experiment?.winner?.id).toBe(complete?.facts['tournament_winner']);
    expect(await said('Q_TOURNAMENT_MATCH')).toHaveLength(4);
    expect(readdirSync(promotions)).toEqual(['acknowledged']);
    const outcome = JSON.parse(readFileSync(join(promotions, 'acknowledged', 'better.outcome.json'), 'utf8')) as object;
    expect(outcome).toMatchObject({ cycle_id: complete?.facts['cycle_id'], winner: experiment?.winner?.id });
  });

  it('while a cycle runs waits its turn; the same one again gets the outcome of the cycle that runs', async () => {
    await colonyWith();
    await colony.start(dreamConsumer);
    await trigger();
    const again = await trigger();
    const other = await trigger({ topic: 'plain' });
    await until('both have waited', async () => {
      const status = (await colony.bus.consumers()).find(({ name }) => name === dreamConsumer.name);
      return (await said('Q_TOURNAMENT_TRIGGER')).length === 1 && status?.waiting === 2;
    });
    expect(await completions()).toEqual([]);
    await colony.start(tournamentConsumer);
    await until('all three are told of', async () => (await completions()).length === 3);
    const all = await completions();
    const answerTo = ({ id }: Signal) => all.find(({ trace }) => trace === id);
    expect(all.map(({ facts }) => facts['success'])).toEqual([true, true, true]);
    expect(answerTo(again)?.facts['cycle_id']).toBe(all[0]?.facts['cycle_id']);
    expect(resultOf(answerTo(other)!)).toMatchObject({ trigger_id: other.id, topic: 'plain' });
  });

  it('waits for a cycle in the foreground, which a live process never loses', async () => {
    await colonyWith();
    const { dreamLab } = pathsOf(colony.config);
    expect(await takeLock(dreamLab, 'dream_in_the_foreground')).toBeUndefined();
    await colony.start(dreamConsumer);
    await trigger();
    await until('it has waited', async () => {
      const status = (await colony.bus.consumers()).find(({ name }) => name === dreamConsumer.name);
      return status?.waiting === 1;
    });
    expect(await said('Q_DREAM_STEP')).toEqual([]);
    await releaseLock(dreamLab, 'dream_in_the_foreground');
    await until('its cycle has begun', async () => (await said('Q_DREAM_STEP')).length > 0);
    expect(await completions()).toEqual([]);
  });

  it.each([
    ['for an unknown topic', { topic: 'nothing' }, {}, 'NoExperiment'],
    ['for a missing evaluator', {}, { evaluator: { command: ['no-such-program'] } }, 'EvaluatorMissing'],
    ['for an evaluator that always crashes', {}, { evaluator: { command: ['false'] } }, 'BaselineFailed'],
    ['for a dream.yaml that is wrong', {}, { search_space: { x: 3 } }, 'InvalidExperiments'],
  ])('%s is told of with the reason', async (...[, facts, experiment, error_type]) => {
    await colonyWith(experiment);
    await colony.start(dreamConsumer);
    await trigger(facts);
    await until('it is told of', async () => (await completions()).length > 0);
    const [complete] = await completions();
    expect(complete?.facts).toMatchObject({ success: false, tournament_winner: null, error_type });
    expect(resultOf(complete!).failure).toMatchObject({ error_type });
  });

  it('raises an alarm when all candidates measure alike', async () => {
    await colonyWith({ evaluator: { command: ['echo', '{"score": 1}'] }, budget: { max_candidates: 20 } });
    await colony.start(dreamConsumer);
    await trigger();
    await until('there is an alarm', async () => (await said('Q_HEALTH_ALERT')).length > 0);
    expect((await said('Q_HEALTH_ALERT'))[0]?.facts).toMatchObject({ alert_type: 'dream_identical_fitness' });
    expect((await completions())[0]?.facts).toMatchObject({ success: false, error_type: 'IdenticalFitness' });
  });
});

describe('a trigger gets exactly one completion, with the reason', () => {
  /** Nothing is left to do, and this was said of it. */
  async function onlyAnswer(): Promise<Signal> {
    await until('all is told', async () => (await completions()).length > 0 && (await isIdle(colony.bus)));
    const all = await completions();
    expect(all).toHaveLength(1);
    return all[0]!;
  }

  it('where dream.yaml cannot be read', async () => {
    await colonyWith();
    const { dream } = pathsOf(colony.config);
    rmSync(dream);
    mkdirSync(dream);
    await colony.start(dreamConsumer);
    const { id } = await trigger();
    expect(await onlyAnswer()).toMatchObject({
      cause_id: id,
      facts: {
        success: false,
        error_type: 'InvalidExperiments',
        error_message: expect.stringContaining('EISDIR') as string,
      },
    });
  });

  it('where nothing can be written', async () => {
    await colonyWith();
    const { dreamLab } = pathsOf(colony.config);
    rmSync(dreamLab, { recursive: true, force: true });
    writeFileSync(dreamLab, 'a file where the folder should be');
    await colony.start(dreamConsumer);
    const { id } = await trigger();
    expect(await onlyAnswer()).toMatchObject({
      cause_id: id,
      facts: {
        ...{ success: false, tournament_winner: null },
        error_message: expect.stringMatching(/ENOTDIR.*; its result could not be written: /) as string,
      },
    });
  });

  it('where its time is over and its result cannot be written; the next one finds the lock free', async () => {
    await colonyWith({}, { timeLimitMs: 10_000 });
    const { dreamLab } = pathsOf(colony.config);
    await colony.start(dreamConsumer);
    await trigger();
    await until('nobody plays its tournament', async () => (await said('Q_TOURNAMENT_TRIGGER')).length === 1);
    const [cycle] = await said('Q_TOURNAMENT_TRIGGER');
    mkdirSync(join(dreamLab, String(cycle?.facts['cycle_id']), 'result.json'));
    expect((await onlyAnswer()).facts).toMatchObject({
      ...{ success: false, error_type: 'TimedOut' },
      error_message: expect.stringContaining('its result could not be written: EISDIR') as string,
    });
    await trigger();
    await until('the next has begun', async () =>
      (await said('Q_DREAM_STEP')).some(({ facts }) => facts['cycle_id'] !== cycle?.facts['cycle_id']),
    );
  });
});

describe('a cycle', () => {
  it('goes on from where it was when its daemon starts again, and judges nobody twice', async () => {
    await colonyWith();
    const first = await colony.start(dreamConsumer);
    await trigger();
    await until('a generation was judged', async () => (await said('Q_DREAM_STEP')).length > 1);
    await first.stop();
    await colony.start(dreamConsumer);
    await colony.start(tournamentConsumer);
    await until('the cycle is told of', async () => (await completions()).length > 0);
    const [complete] = await completions();
    expect(complete?.facts).toMatchObject({ success: true, mutations_generated: 6 });
    const lines = readFileSync(String(complete?.facts['telemetry_path']), 'utf8').trim().split('\n');
    const judged = lines.map((line) => JSON.stringify((JSON.parse(line) as { params: unknown }).params));
    expect(new Set(judged).size).toBe(judged.length);
  });

  it('ends at its limit when nobody plays its tournament', async () => {
    await colonyWith({}, { timeLimitMs: 15_000 });
    await colony.start(dreamConsumer);
    await trigger();
    await until('the cycle is told of', async () => (await completions()).length > 0);
    expect((await completions())[0]?.facts).toMatchObject({ success: false, error_type: 'TimedOut' });
  });

  it('ends at its limit when an evaluator hangs', async () => {
    await colonyWith({ evaluator: { command: ['sleep', '3600'], timeoutSec: 7_200 } }, { timeLimitMs: 10_000 });
    await colony.start(dreamConsumer);
    await trigger();
    await until('the cycle is told of', async () => (await completions()).length > 0);
    expect((await completions())[0]?.facts).toMatchObject({ success: false, error_type: 'TimedOut' });
  });
});

describe('a tournament', () => {
  it('is shared by two instances, and each match is called once', async () => {
    await colonyWith({ budget: { max_candidates: 8 }, selector: { population: 8, bracket: 8, match_pairs: 2 } });
    await colony.start(dreamConsumer);
    await colony.start(tournamentConsumer);
    await colony.start(tournamentConsumer, { instance: '2' });
    await trigger();
    await until('the cycle is told of', async () => (await completions()).length > 0);
    const matches = (await said('Q_TOURNAMENT_MATCH')).map(({ facts }) => String(facts['match']));
    expect(matches.sort()).toEqual(['1.1', '1.2', '1.3', '1.4', '2.1', '2.2', '3.1', 'title']);
    expect(await said('Q_TOURNAMENT_COMPLETE')).toHaveLength(1);
    expect((await completions())[0]?.facts).toMatchObject({ success: true });
  });
});
