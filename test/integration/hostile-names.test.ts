import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { systemClock } from '../../src/lib/base/clock.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import { readRegistry } from '../../src/lib/capabilities/registry.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { openEvidenceStore } from '../../src/lib/evidence/store.js';
import { Tally } from '../../src/lib/operator/top/tally.js';
import type { Signal } from '../../src/lib/signals/envelope.js';
import { idFromKey } from '../../src/lib/signals/id.js';
import { mint } from '../../src/lib/signals/mint.js';
import { kloros } from '../helpers/cli.js';
import { removeHome, silentLog, temporaryConfig } from '../helpers/colony.js';
import { SEED } from '../helpers/figures.js';
import fc from '../helpers/property.js';
import { result } from '../lib/dream/results.js';

/** Known to the exporter, which counts all others together. */
const GOOD = 'Q_HEALTH_ALERT';
const CYCLE = 'c1';
const AT = '2026-01-01T00:00:01.000Z';
/** Keys that every object has, none, one of 300 bytes, and whatever the seed brings. */
const NAMES = [
  ...['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'prototype', 'valueOf', '__defineGetter__'],
  ...['', 'x'.repeat(300), '語'.repeat(100), '\u202e', 'a.b', '*', '>'],
  ...fc.sample(fc.string({ unit: 'binary', maxLength: 100 }), { numRuns: 20, seed: SEED }),
];
/** Each in the middle of good ones: a view that ends at it shows only the first. */
const ALL = [...NAMES, GOOD];

/** An object with this key of its own. */
const keyed = <T>(name: string, value: T): Record<string, T> => Object.fromEntries([[name, value]]);

let config: Config;
let good: Signal;
const signals: Signal[] = [];

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const lines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

function signalNamed(name: string, cause: Signal | undefined): Signal {
  const nowMs = Date.now();
  const facts = { ...keyed<unknown>(name, name), daemon: name, question_id: name, alert_type: name };
  const signal = mint(
    { signal: GOOD, facts },
    { id: idFromKey(nowMs, name), source: name, nowMs, ...(cause ? { cause } : {}) },
  );
  return { ...signal, signal: name };
}

async function fillJournal(): Promise<void> {
  const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'onlooker' });
  for (const name of ALL) signals.push(signalNamed(name, signals[0]));
  good = signals.at(-1) as Signal;
  await bus.emit(signals);
  const deadLetters = ALL.map((name) => ({
    ...{ daemon: 'intent_router', key: name, error: `${name}: wrong`, traceback: name, content: name },
    intentFile: `${name}.json`,
  }));
  await bus.commit({ signals: [], deadLetters, state: [] }, 'intent_router');
  await bus.close();
}

function fillFiles(): void {
  const paths = pathsOf(config);
  write(paths.capabilities, stringify(new Map(ALL.map((name) => [name, { module: name, [GOOD]: name }]))));
  const decision = (name: string) => ({
    ...{ id: name, at: AT, outcome: 'acted', reason: name, rule: name, checks: [{ check: name, passed: true }] },
    ...{ facts: keyed(name, name), signal: { id: good.id, name, source: name, timestamp: AT }, until: null },
    ...{ said: { id: good.id, signal: name, facts: keyed(name, name) }, decided_by: name, policies: name },
  });
  const decisions = ALL.map((name) => ({ ...decision(name), checks: [] }));
  write(paths.policyDecisions, lines(decisions));
  const of = (name: string) => ({ params: keyed(name, name), metrics: keyed(name, 1) });
  const experiments = ALL.map((name) => ({
    ...{ experiment: name, success: true, failure: null, fitness_improvement: 1, ended_by: name, alarms: [name] },
    ...{ winner: { id: name, ...of(name), fitness: 1, spread: keyed(name, 0), artifacts: [] }, history: [] },
    ...{ baseline: { ...of(name), fitness: 0 }, pareto: [{ id: name, ...of(name), fitness: 1 }] },
    ...{ objectives: [{ metric: name, direction: 'up' as const, weight: 1 }], failures: [] },
    effects: [{ parameter: name, share: 1, swing: 1, groups: [{ label: name, count: 1, fitness: 1 }] }],
  }));
  write(join(paths.dreamLab, CYCLE, 'result.json'), JSON.stringify(result(CYCLE, AT, { experiments })));
  const evaluation = (name: string) => ({ ok: true, metrics: keyed(name, 1), spread: keyed(name, 0), runs: 1 });
  const judged = ALL.map((name) => ({
    ...{ experiment: name, id: name, params: keyed(name, name) },
    evaluation: { ...evaluation(name), durationMs: 1 },
  }));
  write(join(paths.dreamLab, CYCLE, 'evaluations.jsonl'), lines(judged));
  const row = (name: string) => ({ signal: name, daemon: name, error: name, facts: keyed(name, name), id: name });
  write(paths.failedSignals, lines(ALL.map(row)));
}

beforeAll(async () => {
  config = await temporaryConfig();
  await fillJournal();
  fillFiles();
});
afterAll(() => removeHome(config));

async function shown(command: string): Promise<string> {
  const args = command.split(' ').map((word) => (word === 'ID' ? good.id : word));
  const { code, stdout, stderr } = await kloros(args, { env: { KLOROS_HOME: config.home } });
  // A check may well warn.
  expect([code, stderr]).toEqual([expect.toBeOneOf([0, 1, 2]), expect.not.stringMatching(/TypeError|RangeError/)]);
  return stdout;
}

async function rememberedSubjects(): Promise<string[]> {
  const store = openEvidenceStore(pathsOf(config).evidence);
  for (const subject of ALL) {
    const source = { investigation_id: subject, question_id: subject, evidence_hash: subject, at: AT };
    const provides = [{ text: subject, also: [], sources: [source], current: true }];
    await store.update(subject, (before) => Promise.resolve({ ...before, provides }));
    expect((await store.read(subject)).provides).toEqual(provides);
  }
  return store.subjects();
}

function counted(): string[] {
  const tally = new Tally();
  for (const signal of signals) tally.note(signal, Date.now());
  return tally.rows(Date.now()).map(({ name }) => name);
}

describe('names from outside', () => {
  it.each<[view: string, read: () => unknown, good?: string]>([
    ['the registry', async () => (await readRegistry(pathsOf(config).capabilities)).entries.map(({ name }) => name)],
    ['what is known', rememberedSubjects],
    ['bus top', counted],
    ['the exporter', () => shown('exporter --once'), `kloros_signals_total{signal="${GOOD}"} 1`],
    ['bus gaps', () => shown('bus gaps --json'), `"signals": ${ALL.length}`],
    ...[
      ...['bus stats', 'bus history -1h:now', 'bus listen --since 1h --no-follow', 'trace ID', 'topology --json'],
      ...[
        'topology',
        'policy decisions',
        'policy explain ID',
        'dream history --json',
        'dream show',
        'dream show --json',
      ],
      ...['dream winners', 'dlq list', 'dlq groups', 'dlq stats'],
    ].map((command): [string, () => unknown] => [command, () => shown(command)]),
  ])('hide no good one from %s', async (_view, read, seen = GOOD) => {
    const view = await read();
    expect(typeof view === 'string' ? view : JSON.stringify(view)).toContain(seen);
  });
});
