import { fork, spawn, type ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { Subscriber } from 'zeromq';
import { addPeer } from '../../src/lib/bus/change-peers.js';
import { peerEndpoints, type Peer } from '../../src/lib/bus/peers.js';
import { readWireCounts, type SocketCounts } from '../../src/lib/bus/wire-counts.js';
import { endpointsOf, pathsOf } from '../../src/lib/config/paths.js';
import { stopChecks } from '../../src/lib/health/stop-checks.js';
import { HEALER } from '../../src/lib/healing/rules-file.js';
import { Memory } from '../../src/lib/healing/memory.js';
import { ENGINE, Memory as PolicyMemory } from '../../src/lib/policy/memory.js';
import { KILL } from '../../src/lib/signals/kill.js';
import { kloros } from '../helpers/cli.js';
import { freePortBase, until } from '../helpers/colony.js';
import { signalOf } from '../helpers/signals.js';
import { DOORS, forged, sendAll } from '../helpers/strangers.js';
import { startSupervised, type Supervised } from '../helpers/supervised.js';

const LIMIT_MS = 120_000;
const HUB = 'chemical_bus';
const MEBIBYTE = 1 << 20;
const SLOW = 'facts.list.all(a, facts.list.all(b, facts.list.all(c, a + b + c >= 0.0)))';
const TRIGGER = { reason: 'x', topic: 'x', promotion_count: 1 };
const LIST = Array.from({ length: 300 }, (_, n) => n);

const HEALING = {
  name: 'slow_rule',
  when: { event: 'missing_signal', signal: 'Q_INVESTIGATION_TIMEOUT', where: SLOW },
  do: { action: 'restart_daemon', daemon: 'investigation_consumer_daemon' },
};
const POLICY = { name: 'slow_policy', hears: 'Q_HEALTH_ALERT', when: SLOW, say: 'Q_DREAM_TRIGGER', with: TRIGGER };

/** What each view has to say where this stops the colony. */
interface Row {
  /** Check of health. */
  check: string;
  /** What an operator reads, in health, daemon list and stuck. */
  says: RegExp;
  /** A line of the exporter. */
  figure: RegExp;
  bring: (this: void, world: World) => Promise<void>;
}

interface World extends Supervised {
  children: ChildProcess[];
}

/** A program that looks at the journal and does not end its look. */
const HOLDER = `
const Database = require('better-sqlite3');
const database = new Database(process.argv[1], { readonly: true });
database.exec('BEGIN');
database.prepare('SELECT count(*) FROM signals').get();
process.stdout.write('reads');
setInterval(() => undefined, 1000);
`;

/** Sixteen mebibytes. */
const large = () => Array.from({ length: 16 }, () => signalOf('X_FILLS', { text: 'x'.repeat(MEBIBYTE) }));

async function heldByReader({ config, bus, children }: World): Promise<void> {
  const reader = spawn(process.execPath, ['-e', HOLDER, pathsOf(config).journal], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  children.push(reader);
  await new Promise((resolve) => reader.stdout.once('data', resolve));
  for (let pages = 0; pages < 9; pages += 1) await bus.emit(large());
}

async function stuckSubscriber({ config, bus, children }: World): Promise<void> {
  const worker = fileURLToPath(new URL('../helpers/subscriber-worker.ts', import.meta.url));
  const child = fork(worker, [endpointsOf(config).xpub], { execArgv: ['--import', 'tsx'] });
  children.push(child);
  let hears = false;
  child.on('message', () => (hears = true));
  await until('it hears', async () => {
    await bus.emit([signalOf('WARM_UP')]);
    return hears;
  });
  child.kill('SIGSTOP');
  await bus.emit(large());
  await until('it is seen to be stuck', async () => (await socketsOf(config)).some(({ stuck }) => stuck > 0));
}

async function leavingPeer({ config }: World): Promise<void> {
  const port = await freePortBase();
  const wish = { level: 'ask' as const, names: [], rate: null, host: '127.0.0.1', port, addedAt: '' };
  const added = await addPeer(pathsOf(config).peers, { name: 'sensor', wish, replace: false });
  const socket = subscriberOf(added.peer, { serverKey: added.serverKey, secretKey: added.secretKey ?? '' });
  const label = `${port + 1} (sensor)`;
  const connections = async () => (await socketsOf(config)).find((one) => one.label === label)?.connections;
  await until('it is connected', async () => (await connections()) === 1);
  socket.close();
  await until('it is gone', async () => (await connections()) === 0);
}

function subscriberOf(peer: Peer, keys: { serverKey: string; secretKey: string }): Subscriber {
  const [curveServerKey, curvePublicKey, curveSecretKey] = [keys.serverKey, peer.publicKey, keys.secretKey];
  const socket = new Subscriber({ linger: 0, curveServerKey, curvePublicKey, curveSecretKey });
  socket.connect(peerEndpoints(peer).subscribe);
  socket.subscribe('');
  return socket;
}

async function slowRule({ bus }: World): Promise<void> {
  await until('the rule is set aside', async () => {
    await bus.emit([signalOf('Q_INVESTIGATION_TIMEOUT', { question_id: 'q', list: LIST })]);
    return new Memory(await bus.state(HEALER)).standsStill;
  });
}

async function slowPolicy({ bus }: World): Promise<void> {
  await bus.emit([signalOf('Q_HEALTH_ALERT', { alert_type: 'x', severity: 'warning', list: LIST })]);
  await until('it was not decided', async () =>
    new PolicyMemory(await bus.state(ENGINE)).rules().some(([, { boundedAtMs }]) => boundedAtMs !== null),
  );
}

async function socketsOf(config: Supervised['config']): Promise<SocketCounts[]> {
  return (await readWireCounts(pathsOf(config).wire)).flatMap(({ sockets }) => sockets);
}

const stranger = (world: World, name: string) => sendAll(world, DOORS.get('port_7776')!, [forged(name, {})]);

/** In this order: what is paused sets nothing aside any more. */
const ROWS: readonly Row[] = [
  {
    check: 'healing',
    says: /slow_rule about \S+ .*: it could not be judged.*too many steps/,
    figure: /^kloros_health_healing_set_aside [1-9]/m,
    bring: slowRule,
  },
  {
    check: 'policies',
    says: /slow_policy was not decided .*: too many steps/,
    figure: /^kloros_health_policies_undecided 1$/m,
    bring: slowPolicy,
  },
  {
    check: 'registry',
    says: /The registry \S+ cannot be read/,
    figure: /^kloros_health_status\{check="registry"\} 2$/m,
    bring: async ({ config }) => writeFileSync(config.capabilitiesPath, 'a: [\n'),
  },
  {
    check: 'refused',
    says: /refused Q_POLICY_DUE once, last .*: peer:anonymous may act/,
    figure: /^kloros_signals_refused_total\{.*signal="Q_POLICY_DUE",origin="peer:anonymous".*\} 1$/m,
    bring: (world) => stranger(world, 'Q_POLICY_DUE'),
  },
  {
    check: 'wire',
    says: /subscribers that took nothing \(1\) at \d+.* by process \d+ \(.*subscriber-worker/,
    figure: /^kloros_wire_beyond_bounds_total\{daemon="chemical_bus",socket="\d+",bound="stuck"\} 1$/m,
    bring: stuckSubscriber,
  },
  {
    check: 'wal',
    says: /cannot be copied: process \d+ \(.*better-sqlite3.* reads it all the time/,
    figure: /^kloros_health_wal_waiting_bytes 1\.?\d{8}/m,
    bring: heldByReader,
  },
  {
    check: 'peers',
    says: /sensor was disconnected; 0 of 1 is subscribed/,
    figure: /^kloros_health_peers_connections\{peer="sensor"\} 0$/m,
    bring: leavingPeer,
  },
  {
    check: 'paused',
    says: new RegExp(`paused by ${KILL} from watchtower \\(peer:anonymous\\) .*: enough`),
    figure: /^kloros_consumer_paused\{daemon="orchestrator_monitor"\} 1$/m,
    bring: async (world) => {
      const envelope = { signal: KILL, source: 'watchtower', facts: { reason: 'enough' } };
      await sendAll(world, DOORS.get('port_7776')!, [[KILL, JSON.stringify(envelope)]]);
    },
  },
];

describe('what stops or bounds the colony', () => {
  let world: World;
  const seen = { health: '', list: '', stuck: '', metrics: '' };
  beforeAll(async () => {
    const started = await startSupervised({
      only: [HUB, HEALER, ENGINE],
      overrides: { monitor: { intervalMs: 100 }, bus: { anonymous: 'act' } },
      prepare: (config) => {
        writeFileSync(pathsOf(config).healing, stringify({ rules: [HEALING] }));
        writeFileSync(pathsOf(config).policies, stringify({ rules: [POLICY] }));
      },
    });
    world = { ...started, children: [] };
    for (const row of ROWS) await row.bring(world);
    const env = { KLOROS_HOME: world.config.home };
    const text = async (...args: string[]) => (await kloros(args, { env })).stdout.replaceAll(/\s+/g, ' ');
    seen.health = await text('health', ...ROWS.flatMap(({ check }) => ['--check', check]));
    seen.list = await text('daemon', 'list');
    seen.stuck = await text('stuck');
    seen.metrics = (await kloros(['exporter', '--once'], { env })).stdout;
  }, LIMIT_MS);
  afterAll(async () => {
    for (const child of world.children) child.kill('SIGKILL');
    await world.end();
  });

  it('is a row of this table for each check of it', () => {
    expect(ROWS.map(({ check }) => check).sort()).toEqual(stopChecks.map(({ name }) => name).sort());
  });

  it.each(ROWS)('shows in health, daemon list, stuck and metrics: $check', ({ check, says, figure }) => {
    expect(seen.health).toMatch(says);
    expect(seen.list).toMatch(says);
    expect(seen.stuck).toMatch(says);
    expect(seen.metrics).toMatch(figure);
    expect(seen.metrics).toMatch(new RegExp(`^kloros_health_status\\{check="${check}"\\} [12]$`, 'm'));
  });
});
