import { appendFileSync, closeSync, mkdirSync, openSync, statSync, writeFileSync, writeSync } from 'node:fs';
import { peer } from '../../../../src/lib/signals/origin.js';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownIdentity } from '../../../../src/lib/base/process-identity.js';
import { systemClock } from '../../../../src/lib/base/clock.js';
import type { Bus } from '../../../../src/lib/bus/bus.js';
import { addPeer } from '../../../../src/lib/bus/change-peers.js';
import { openBus } from '../../../../src/lib/bus/open-bus.js';
import { noCounts, type SocketCounts } from '../../../../src/lib/bus/wire-counts.js';
import { pathsOf } from '../../../../src/lib/config/paths.js';
import { configSchema, type Config } from '../../../../src/lib/config/schema.js';
import type { CheckStatus } from '../../../../src/lib/health/check.js';
import { healthChecks } from '../../../../src/lib/health/checks/index.js';
import { openView } from '../../../../src/lib/health/open-view.js';
import { runChecks } from '../../../../src/lib/health/run-checks.js';
import { HEALER } from '../../../../src/lib/healing/rules-file.js';
import { ENGINE } from '../../../../src/lib/policy/memory.js';
import { KILL } from '../../../../src/lib/signals/kill.js';
import { idFromKey } from '../../../../src/lib/signals/id.js';
import { mint } from '../../../../src/lib/signals/mint.js';
import { afterSample, afterTransition, newRecord, type DaemonRecord } from '../../../../src/lib/supervise/chronicle.js';
import { anyMachine, removeHome, silentLog, temporaryConfig } from '../../../helpers/colony.js';
import { startColony } from '../../../helpers/run.js';
import { signalOf } from '../../../helpers/signals.js';
import { filesBelow } from '../../../project/tree.js';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600 * SECOND_MS;
const ASKED = 'Q_CURIOSITY_INVESTIGATE';

let config: Config;
let bus: Bus;
let atEnd: (() => Promise<void>)[];
beforeEach(async () => {
  config = await temporaryConfig();
  atEnd = [];
});
afterEach(async () => {
  for (const end of atEnd.reverse()) await end();
  removeHome(config);
});

type Limits = Partial<Config['health']>;
/** Brings a home into a state; answers the limits that the check shall have, where its own would take hours. */
type Provocation = () => Promise<Limits | void>;
/** What brings a check into each state; in words why it never comes into one. */
type Provocations = Record<CheckStatus, Provocation | string>;

async function journal(): Promise<void> {
  bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'onlooker' });
  atEnd.push(() => bus.close());
}

const say = (agoMs: number, signal: string, count = 1) =>
  bus.emit(
    Array.from({ length: count }, (_, index) => {
      const atMs = Date.now() - agoMs;
      return mint({ signal, facts: {} }, { id: idFromKey(atMs, `${signal} ${index}`), source: 'test', nowMs: atMs });
    }),
  );

/** A consumer that is not there, for which signals wait. */
async function waiting(agoMs: number, count: number): Promise<void> {
  await journal();
  const place = { from: 'beginning', maxAttempts: 1, ordered: false, urgentFirst: false } as const;
  await (await bus.consumer({ name: 'worker', hears: [ASKED], ...place })).close();
  await say(agoMs, ASKED, count);
}

/** Intents that took so long to be investigated. */
async function investigated(...tookMs: number[]): Promise<void> {
  await journal();
  for (const ms of tookMs) {
    const writtenMs = Date.now() - ms;
    const key = `intent ${ms}`;
    const routed = { signal: ASKED, facts: {}, causeId: `intent:${key}.json` };
    const asked = mint(routed, { id: idFromKey(writtenMs, key), source: 'intent_router', nowMs: writtenMs });
    const id = idFromKey(writtenMs, `${key} answer`);
    const answer = { signal: 'Q_INVESTIGATION_COMPLETE', facts: {} };
    await bus.emit([asked, mint(answer, { id, source: 'worker', nowMs: writtenMs + ms, cause: asked })]);
  }
}

async function deadLetters(count: number): Promise<void> {
  const row = { signal: { signal: 'Q_X', facts: {} }, error: 'Error: x', daemon: 'worker' };
  const line = `${JSON.stringify({ ...row, timestamp: new Date().toISOString() })}\n`;
  mkdirSync(dirname(pathsOf(config).failedSignals), { recursive: true });
  appendFileSync(pathsOf(config).failedSignals, line.repeat(count));
}

/** What a supervisor, as which this process stands, wrote of one daemon. */
async function supervised(change: (record: DaemonRecord, startMs: number) => DaemonRecord): Promise<void> {
  const startMs = Date.now() - HOUR_MS;
  const running = transition(newRecord('worker', startMs), 'RUNNING', startMs);
  const [daemon, supervisor] = [change(running, startMs), ownIdentity()];
  const { chronicle } = pathsOf(config);
  mkdirSync(dirname(chronicle), { recursive: true });
  const written = { supervisor, startedAtMs: startMs, writtenAtMs: Date.now(), daemons: [daemon] };
  writeFileSync(chronicle, JSON.stringify(written));
}

function transition(record: DaemonRecord, state: DaemonRecord['state'], atMs: number): DaemonRecord {
  const pid = state === 'RUNNING' ? { pid: process.pid } : {};
  return afterTransition(record, { name: record.name, state, ...pid, why: 'it was ended by SIGKILL' }, atMs);
}

/** A daemon that was killed so often. */
const killed = (times: number) =>
  supervised((running, startMs) => {
    const states = Array.from({ length: times }, () => ['BACKOFF', 'STARTING', 'RUNNING'] as const).flat();
    return states.reduce((record, state, index) => transition(record, state, startMs + index * SECOND_MS), running);
  });

const downFor = (ms: number) => supervised((running) => transition(running, 'BACKOFF', Date.now() - ms));
const well = () => supervised((running) => running);

/** Five minutes, measured every ten seconds; in every sixth measurement it works at so many percent of a core. */
const works = (cpuPercent: number, rssBytes = 1) =>
  supervised((running, startMs) =>
    Array.from({ length: 30 }, (_, index) => index).reduce((record, index) => {
      const atMs = startMs + index * 10 * SECOND_MS;
      return afterSample(record, { atMs, cpuPercent: index % 6 === 0 ? cpuPercent : 1, rssBytes });
    }, running),
  );

/** Something stands where a file should be, so that nobody can read it. */
async function folderInsteadOf(path: string): Promise<void> {
  mkdirSync(path, { recursive: true });
}
const unreadableChronicle = () => folderInsteadOf(pathsOf(config).chronicle);

async function damaged(): Promise<void> {
  const own = await openBus({ config, clock: systemClock, log: silentLog, name: 'onlooker' });
  await own.emit(Array.from({ length: 2_000 }, () => signalOf('Q_X', { text: 'x'.repeat(200) })));
  await own.close();
  const file = openSync(pathsOf(config).journal, 'r+');
  const middle = Math.floor(statSync(pathsOf(config).journal).size / 2);
  writeSync(file, Buffer.alloc(100_000, 0xa5), 0, 100_000, middle);
  closeSync(file);
}

/** A hub that carries the bus. */
async function carried(): Promise<void> {
  const colony = await startColony();
  removeHome(config);
  config = colony.config;
  atEnd.push(() => colony.leave());
}

/** A step with other limits than its own. */
const limited = (step: () => Promise<void>, limits: Limits) => async () => {
  await step();
  return limits;
};
const nothing: Provocation = () => Promise.resolve();

/** What a daemon keeps. */
async function remembered(daemon: string, key: string, value: unknown): Promise<void> {
  await journal();
  await bus.commit({ signals: [], deadLetters: [], state: [{ key, value }] }, daemon);
}

const RULE_CASE = { seenMs: 0, repairedMs: null, repair: null, trace: null, sought: null, open: null };
const DECIDED = { actedAtMs: null, caseKey: null, decision: null, failures: 0 };
const STILL = { sinceMs: 0, leastMs: 0, reason: 'it could not be judged', version: 'x' };

/** No hub copies what is written, and somebody has to. */
async function uncopied(): Promise<void> {
  await journal();
  const page = () => Array.from({ length: 10 }, () => signalOf('Q_X', { text: 'x'.repeat(1 << 20) }));
  for (let written = 0; written < 14; written += 1) await bus.emit(page());
}

/** What a hub that runs here wrote of its sockets. */
function counted(socket: Partial<SocketCounts>, troubleAtMs: number | null): void {
  const { wire } = pathsOf(config);
  mkdirSync(wire, { recursive: true });
  const sockets = [{ ...noCounts('7777'), ...socket }];
  writeFileSync(join(wire, 'hub.json'), JSON.stringify({ daemon: 'hub', pid: process.pid, sockets, troubleAtMs }));
}

/** A peer with keys that subscribed, with so many connections now. */
async function peerWith(connections: number): Promise<void> {
  await journal();
  const wish = { level: 'ask' as const, names: [], rate: null, host: '127.0.0.1', port: 1_000, addedAt: '' };
  await addPeer(pathsOf(config).peers, { name: 'sensor', wish, replace: false });
  counted({ label: '1001 (sensor)', greeted: 1, connections }, null);
}

/** A file with this content. */
async function fileWith(path: string, content: string | Buffer): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

const PATIENT = { roundTripTimeoutMs: 20_000 };

const EVERY: Record<string, Provocations> = {
  daemons: {
    OK: well,
    WARNING: 'a daemon runs or it does not',
    CRITICAL: () => downFor(SECOND_MS),
    UNKNOWN: unreadableChronicle,
  },
  restarts: { OK: well, WARNING: () => killed(1), CRITICAL: () => killed(6), UNKNOWN: nothing },
  uptime: {
    OK: well,
    WARNING: () => downFor(36 * SECOND_MS),
    CRITICAL: () => downFor(HOUR_MS / 6),
    UNKNOWN: nothing,
  },
  cpu: { OK: () => works(5), WARNING: () => works(60), CRITICAL: 'who works hard is not broken', UNKNOWN: nothing },
  memory: {
    OK: limited(() => works(1), anyMachine),
    WARNING: limited(() => works(1, 600e6), anyMachine),
    CRITICAL: () => works(1, 1.2e9),
    UNKNOWN: nothing,
  },
  bus: {
    OK: limited(carried, { roundTripMs: 0, ...PATIENT }),
    WARNING: limited(carried, { roundTripMs: 0.001, ...PATIENT }),
    CRITICAL: limited(journal, { roundTripTimeoutMs: 100 }),
    UNKNOWN: 'what does not come back is the answer',
  },
  flow: {
    OK: () => journal().then(() => say(0, 'Q_X')),
    WARNING: () => journal().then(() => say(2 * HOUR_MS, 'Q_X')),
    CRITICAL: () => waiting(3 * HOUR_MS, 1),
    UNKNOWN: nothing,
  },
  lag: { OK: journal, WARNING: () => waiting(0, 100), CRITICAL: () => waiting(0, 1_001), UNKNOWN: nothing },
  latency: {
    OK: () => investigated(200),
    WARNING: () => investigated(200, 201, 8_000),
    CRITICAL: () => investigated(200, 8_000, 8_001),
    UNKNOWN: nothing,
  },
  triggers: {
    OK: journal,
    WARNING: () => waiting(HOUR_MS / 2, 1),
    CRITICAL: () => waiting(2 * HOUR_MS, 1),
    UNKNOWN: nothing,
  },
  'dead-letters': {
    OK: () => deadLetters(9),
    WARNING: () => deadLetters(10),
    CRITICAL: () => deadLetters(101),
    UNKNOWN: () => folderInsteadOf(pathsOf(config).failedSignals),
  },
  paused: {
    OK: journal,
    WARNING: () => journal().then(() => bus.setPaused(['worker'], { by: 'operator', reason: null, sinceMs: 0 })),
    CRITICAL: () => journal().then(() => bus.emit([signalOf(KILL)], peer('watchtower', 'act'))),
    UNKNOWN: nothing,
  },
  registry: {
    OK: nothing,
    WARNING: 'it is understood or it is not',
    CRITICAL: () => fileWith(config.capabilitiesPath, Buffer.from([0xff])),
    UNKNOWN: () => folderInsteadOf(config.capabilitiesPath),
  },
  wal: {
    OK: journal,
    WARNING: uncopied,
    CRITICAL: 'a long log loses nothing, and a full disk has a check of its own',
    UNKNOWN: nothing,
  },
  wire: {
    OK: async () => counted({ stuck: 1 }, Date.now() - 2 * HOUR_MS),
    WARNING: async () => counted({ stuck: 1 }, Date.now()),
    CRITICAL: 'who goes beyond a bound is cut off, and the colony goes on',
    UNKNOWN: () => fileWith(pathsOf(config).wire, ''),
  },
  peers: {
    OK: () => peerWith(1),
    WARNING: () => peerWith(0),
    CRITICAL: () => fileWith(pathsOf(config).peers, 'x'),
    UNKNOWN: () => folderInsteadOf(pathsOf(config).peers),
  },
  healing: {
    // What is kept of a rule that is gone is no rule.
    OK: () =>
      remembered(HEALER, 'healing:rule:gone', { repairsMs: [], cases: [['x', { ...RULE_CASE, still: STILL }]] }),
    WARNING: () =>
      remembered(HEALER, 'healing:rule:restart_who_falls_behind', {
        repairsMs: [],
        cases: [['x', { ...RULE_CASE, still: STILL }]],
      }),
    CRITICAL: 'a rule that is set aside repairs nothing, and breaks nothing',
    UNKNOWN: nothing,
  },
  policies: {
    OK: () => remembered(ENGINE, 'rule:mine', { ...DECIDED, boundedAtMs: Date.now() - 2 * HOUR_MS }),
    WARNING: () => remembered(ENGINE, 'rule:mine', { ...DECIDED, boundedAtMs: Date.now() }),
    CRITICAL: 'a rule that decides nothing does nothing',
    UNKNOWN: nothing,
  },
  refused: {
    OK: journal,
    WARNING: async () => {
      await waiting(0, 0);
      await bus.emit([signalOf(ASKED)], peer('anonymous', 'observe'));
    },
    CRITICAL: 'what was refused has done nothing',
    UNKNOWN: nothing,
  },
  journal: {
    OK: journal,
    WARNING: 'a journal is sound or it is not',
    CRITICAL: damaged,
    UNKNOWN: nothing,
  },
  throughput: {
    OK: limited(journal, { capacityWarning: 1, capacityCritical: 1 }),
    WARNING: limited(journal, { capacityWarning: 1e9, capacityCritical: 0 }),
    CRITICAL: limited(journal, { capacityCritical: 1e9 }),
    UNKNOWN: nothing,
  },
  // A disk that is really filled: test/commands/health.test.ts.
  disk: {
    OK: limited(() => Promise.resolve(), { diskWarningPercent: 100, diskCriticalPercent: 100 }),
    WARNING: limited(() => Promise.resolve(), { diskWarningPercent: 0.000_1, diskCriticalPercent: 100 }),
    CRITICAL: limited(() => Promise.resolve(), { diskCriticalPercent: 0.000_1 }),
    UNKNOWN: async () => removeHome(config),
  },
  clock: {
    OK: () => journal().then(() => say(0, 'Q_X')),
    WARNING: () => journal().then(() => say(-HOUR_MS, 'Q_X')),
    CRITICAL: 'nothing is lost by a clock that was set back',
    UNKNOWN: nothing,
  },
};

async function statusOf(name: string, limits: Limits): Promise<CheckStatus> {
  const inForce = configSchema.parse({ ...config, health: { ...config.health, ...limits } });
  const view = openView({ config: inForce, clock: systemClock, log: silentLog, members: [{ name: 'worker' }] });
  const chosen = healthChecks.filter((check) => check.name === name);
  const { status } = await runChecks(chosen, view);
  view.close();
  return status;
}

const states = Object.entries(EVERY).flatMap(([name, provocations]) =>
  Object.entries(provocations).flatMap(([status, provoke]) =>
    typeof provoke === 'string' ? [] : [{ name, status, provoke }],
  ),
);

describe('every check, in every state that it has', () => {
  it.each(states)('$name is $status', async ({ name, status, provoke }) => {
    const limits = (await provoke()) ?? {};
    expect(await statusOf(name, limits)).toBe(status);
  });

  it('is provoked here, and each file of the checks is one of them', () => {
    const helpers = ['index', 'unsupervised'];
    const files = filesBelow('src/lib/health/checks', '.ts').map((file) => basename(file, '.ts'));
    const checks = files.filter((file) => !helpers.includes(file));
    expect(healthChecks.map(({ name }) => name).sort()).toEqual(checks.sort());
    expect(Object.keys(EVERY).sort()).toEqual(checks);
  });
});
