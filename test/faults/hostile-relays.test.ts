import { appendFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endpointsOf, pathsOf } from '../../src/lib/config/paths.js';
import { KILL } from '../../src/lib/signals/kill.js';
import { startCanaryColony, type CanaryColony } from '../helpers/canary-colony.js';
import { isIdle } from '../helpers/chains.js';
import { klorosAlone } from '../helpers/cli.js';
import { until } from '../helpers/colony.js';
import { campaign, printFigures, SEED } from '../helpers/figures.js';
import { Accounts, ask } from '../helpers/hostile-doors.js';
import { hostileEnvelopes, isEmittable, objectIn } from '../helpers/hostile-envelopes.js';
import { hostileInputs, hostileIntentFiles } from '../helpers/hostile-inputs.js';
import { signalOf } from '../helpers/signals.js';
import { troublesOf } from '../helpers/views.js';

const INPUTS = campaign('RELAYED', { bounded: 1_000, full: 5_000 });
const LIMIT_MS = 240_000;
const MOST_MB = 400;
const WRITER = 'hostile_writer';
/** It stops the colony, for whoever may act. */
const isKill = ({ signal }: Record<string, unknown>) => signal === KILL;
const TRIGGER = { reason: 'test', topic: null, promotion_count: 0 };

/** What the commands answer that let something in. */
interface Result {
  emitted: unknown[];
  played: number;
  rows: { became: string }[];
}

describe('a colony whose operator lets in what hurts: from a pipe, a recording, the queue, and peers who may act', () => {
  let colony: CanaryColony;
  let before: string[];
  let processes: string[];
  const figures: Record<string, unknown> = {};

  beforeAll(async () => {
    colony = await startCanaryColony('act');
    // A trigger of one who may act starts each experiment that is enabled.
    setExperiments('enabled: true', 'enabled: false');
    before = colony.canary.picture();
    processes = await colony.running();
  });
  afterAll(() => colony.end());

  function setExperiments(from: string, to: string): void {
    const { dream } = pathsOf(colony.config);
    writeFileSync(dream, readFileSync(dream, 'utf8').replaceAll(from, to));
  }

  const envelopes = (share: number, mark: string) =>
    hostileEnvelopes(Math.round(INPUTS * share), mark, colony.canary).filter((one) => !isKill(one));

  /** Runs a command whose result is an object of this kind. */
  async function kloros(
    args: string[],
    input?: string,
  ): Promise<{ code: number | null; result: Result; warnings: string[] }> {
    const { code, stdout } = await klorosAlone([...args, '--json'], {
      env: colony.env,
      ...(input !== undefined && { input }),
    });
    return { code, ...(JSON.parse(stdout) as { result: Result; warnings: string[] }) };
  }

  async function inJournal(origin: string): Promise<number> {
    let count = 0;
    for (let afterSeq = 0; ;) {
      const page = await colony.bus.browse({ afterSeq });
      if (page.length === 0) return count;
      afterSeq = page.at(-1)!.seq;
      count += page.filter(({ from }) => from.origin === origin).length;
    }
  }

  it('emits each envelope of a pipe, and none of one that has a line which is none, from that line on', async () => {
    const all = envelopes(0.3, 'pipe');
    const good = all.filter(isEmittable);
    const bad = all.filter((one) => !isEmittable(one)).slice(0, 5);
    const lines = (some: unknown[]) => some.map((one) => JSON.stringify(one)).join('\n');
    const { code, result } = await kloros(['bus', 'emit', '-'], lines(good));
    expect([code, result.emitted.length]).toEqual([0, good.length]);
    for (const one of bad) {
      const [before, after] = [signalOf('Q_BEFORE'), signalOf('Q_AFTER')];
      expect((await kloros(['bus', 'emit', '-'], lines([before, one, after]))).code).not.toBe(0);
    }
    expect(await colony.bus.browse({ signals: ['Q_BEFORE'] })).toHaveLength(bad.length);
    expect(await colony.bus.browse({ signals: ['Q_AFTER'] })).toEqual([]);
    expect(await inJournal('relay')).toBe(good.length + bad.length);
    figures['pipe'] = { emitted: good.length, refused: bad.length };
  });

  it('plays each line of a recording that is a signal, and counts the others', async () => {
    const base = {
      id: 'x',
      timestamp: '2025-11-15T10:30:00.000Z',
      source: 'x',
      cause_id: null,
      trace: 'x',
      ts: 1,
      facts: {},
    };
    const header = {
      type: 'header',
      kloros_recording: 1,
      recorded_at: 'x',
      by: 'x',
      home: '/',
      patterns: [],
      range: null,
      reason: null,
    };
    const lines = envelopes(0.2, 'recording').map((one, seq) => ({
      type: 'signal',
      seq,
      received_at: '2025-11-15T10:30:00.000Z',
      signal: { ...base, ...one },
    }));
    const path = join(colony.config.home, 'evil.jsonl');
    const bad = ['{half', '[]', JSON.stringify({ type: 'signal', seq: 1, signal: { ...base, ts: 'x' } })];
    writeFileSync(path, [...[header, ...lines].map((line) => JSON.stringify(line)), ...bad].join('\n'));
    const relayed = await inJournal('relay');
    const played = await kloros(['bus', 'play', path, '--for-real', '--rate', 'max', '--yes']);
    expect(played.code).toBe(0);
    const unread = Number(/(\d+) of its lines cannot be read/.exec(played.warnings.join('\n'))?.[1]);
    expect(unread).toBeGreaterThanOrEqual(bad.length);
    expect(played.result.played + unread).toBe(lines.length + bad.length);
    expect(await inJournal('relay')).toBe(relayed + played.result.played);
    figures['recording'] = { played: played.result.played, unread };
  });

  it('replays each row that others wrote into the queue, or says why it does not', async () => {
    const rows = envelopes(0.1, 'rows').map((signal, index) =>
      JSON.stringify({ signal, error: 'E: x', daemon: WRITER, traceback: '', timestamp: index }),
    );
    const intents = hostileIntentFiles(20, colony.canary).map(({ content }, index) => {
      const name = [`${colony.canary.outside}/new.json`, '../../outside/new.json', '..', 'a.json'][index % 4]!;
      return JSON.stringify({
        intent_file: name,
        content: Buffer.from(content).toString(),
        error: 'E: x',
        daemon: WRITER,
        timestamp: index,
      });
    });
    const { failedSignals } = pathsOf(colony.config);
    appendFileSync(failedSignals, `${[...rows, ...intents, '{half', '[]', 'null'].join('\n')}\n`);
    const selected = ['--daemon', WRITER];
    const replayed = await kloros(['dlq', 'replay', ...selected, '--yes']);
    expect(replayed.result.rows).toHaveLength(rows.length + intents.length);
    const became: Record<string, number> = {};
    for (const row of replayed.result.rows) became[row.became] = (became[row.became] ?? 0) + 1;
    figures['queue'] = became;
  });

  it('is told by peers who may act, and by its own intents, and says what became of all', async () => {
    const accounts = new Accounts(colony.bus);
    const messages = hostileInputs(Math.round(INPUTS * 0.3), 'act', colony.canary)
      .filter(({ name, envelope }) => name !== KILL && !isKill(objectIn(envelope) ?? {}))
      .map(({ name, envelope }) => [Buffer.from(name), Buffer.from(envelope)]);
    const answers = await ask(messages, endpointsOf(colony.config).router);
    const accepted = answers.filter(({ status }) => status === 'accepted');
    await accounts.all(accepted, ({ frames }) => accounts.of(frames));
    const { intents } = pathsOf(colony.config);
    const files = hostileIntentFiles(Math.round(INPUTS * 0.1), colony.canary);
    for (const { name, content } of files) writeFileSync(join(intents, name), content);
    const all = await accounts.all(files, ({ name }) => accounts.ofIntent(name));
    expect(all.length).toBe(files.length);
    await until('all have left the folder', () => readdirSync(intents).length === 0, LIMIT_MS);
    await until('nobody has anything to do', () => isIdle(colony.bus), LIMIT_MS);
    figures['peers and intents'] = { answers: answers.length, accepted: accepted.length, files: files.length };
  });

  it('blinds no view', async () => {
    expect(await troublesOf(colony)).toEqual([]);
  });

  it('has started no program but the one that heals, touched nothing outside, and its processes are those that they were', async () => {
    const peaksMb = await colony.peaksMb();
    printFigures('hostile-relays', { seed: SEED, inputs: INPUTS, ...figures, peaksMb });
    expect(colony.canary.started().filter((name) => name !== 'heal')).toEqual([]);
    expect(colony.canary.picture()).toEqual(before);
    expect(await colony.running()).toEqual(processes);
    expect(Math.max(...Object.values(peaksMb))).toBeLessThan(MOST_MB);
  });

  it('starts its own evaluator when the operator wants that, so that the canary is alive', async () => {
    setExperiments('enabled: false', 'enabled: true');
    await colony.bus.emit([signalOf('Q_DREAM_TRIGGER', TRIGGER)]);
    await until('it runs', () => colony.canary.started().includes('evaluate'), LIMIT_MS);
  });
});
