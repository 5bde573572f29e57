import { chmodSync, mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { daemons } from '../../../src/daemons/index.js';
import { systemClock } from '../../../src/lib/base/clock.js';
import { addPeer } from '../../../src/lib/bus/change-peers.js';
import { openBus } from '../../../src/lib/bus/open-bus.js';
import { loadConfig } from '../../../src/lib/config/load.js';
import { pathsOf } from '../../../src/lib/config/paths.js';
import type { Config } from '../../../src/lib/config/schema.js';
import { doctorChecks } from '../../../src/lib/doctor/checks/index.js';
import { roomIn } from '../../../src/lib/doctor/checks/disk.js';
import { loaded } from '../../../src/lib/doctor/checks/native-modules.js';
import { isOlder } from '../../../src/lib/doctor/checks/node.js';
import { examine } from '../../../src/lib/doctor/examine.js';
import type { Finding } from '../../../src/lib/base/finding.js';
import type { DoctorFinding } from '../../../src/lib/doctor/finding.js';
import { openDoctor, type DoctorOptions } from '../../../src/lib/doctor/open-doctor.js';
import { hashOf } from '../../../src/lib/systemd/record.js';
import { idFromKey } from '../../../src/lib/signals/id.js';
import { mint } from '../../../src/lib/signals/mint.js';
import { freePortBase, removeHome, silentLog, temporaryConfig } from '../../helpers/colony.js';

let config: Config;
beforeEach(async () => {
  config = await temporaryConfig();
  for (const root of config.sourceRoots) mkdirSync(root, { recursive: true });
});
afterEach(() => removeHome(config));

/** What a check finds. */
async function found(name: string, differing: Partial<DoctorOptions> = {}): Promise<DoctorFinding[]> {
  const view = openDoctor({
    ...{ config, clock: systemClock, nodeVersion: '22.0.0', execPath: process.execPath, root: '/opt/kloros', daemons },
    ...{ env: { HOME: config.home, PATH: '' }, cwd: config.home, warnings: [] },
    ...differing,
  });
  const { findings } = await examine(
    doctorChecks.filter((check) => check.name === name),
    view,
  );
  view.close();
  return findings;
}

const codesOf = (findings: readonly Finding[]) => findings.map(({ code }) => code);
const onBus = async (work: (bus: Awaited<ReturnType<typeof openBus>>) => Promise<void>) => {
  const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'onlooker' });
  await work(bus);
  await bus.close();
};

describe('what people write for the colony to do by itself', () => {
  const write = (name: 'policies' | 'dream', text: string) => writeFileSync(pathsOf(config)[name], text);

  it('is nothing to tell of where there is none, or where it can be used', async () => {
    expect(await found('rules')).toEqual([]);
    write('policies', 'rules: []\n');
    write('dream', 'experiments: []\n');
    expect(await found('rules')).toEqual([]);
  });

  it('is a problem where it cannot be used, with its line', async () => {
    write('policies', 'rules:\n  - name: [\n');
    write('dream', 'experiments: 7\n');
    const findings = await found('rules');
    expect(codesOf(findings)).toEqual(['POLICIES_INVALID', 'EXPERIMENTS_INVALID']);
    for (const { level, what } of findings) {
      expect(level).toBe('problem');
      expect(what).toMatch(/\.yaml.*line \d/);
    }
  });

  it('is a warning where nobody follows it', async () => {
    write('dream', 'experimentz: []\nexperiments: []\n');
    expect(codesOf(await found('rules'))).toEqual(['EXPERIMENTS_DOUBTFUL']);
  });
});

describe('node', () => {
  it('is told from its version alone', async () => {
    expect(codesOf(await found('node', { nodeVersion: '20.18.3' }))).toEqual(['NODE_TOO_OLD']);
    expect(await found('node', { nodeVersion: '20.19.0' })).toEqual([]);
    expect(isOlder('3.9.0', '3.51.3')).toBe(true);
    expect(isOlder('3.51.10', '3.51.3')).toBe(false);
  });
});

describe('native modules', () => {
  it('are well here; one that cannot be loaded, and an old SQLite, are problems', async () => {
    expect(await found('native-modules')).toEqual([]);
    const broken = () => Promise.reject(new Error('was compiled against NODE_MODULE_VERSION 1\nand more'));
    expect((await loaded('x', broken))[0]).toMatchObject({
      code: 'NATIVE_MODULE_BROKEN',
      what: 'x cannot be loaded: was compiled against NODE_MODULE_VERSION 1',
    });
    expect(codesOf(await loaded('x', async () => ({ sqlite: '3.46.0' })))).toEqual(['SQLITE_TOO_OLD']);
  });
});

describe('disk', () => {
  it('wants room for the journal and for files', () => {
    const roomy = { freeBytes: 2 ** 40, files: 1000, freeFiles: 900 };
    expect(roomIn('/x', roomy)).toEqual([]);
    expect(codesOf(roomIn('/x', { ...roomy, freeBytes: 1 }))).toEqual(['DISK_NEARLY_FULL']);
    expect(codesOf(roomIn('/x', { ...roomy, freeFiles: 3 }))).toEqual(['INODES_NEARLY_SPENT']);
    expect(roomIn('/x', { ...roomy, files: 0, freeFiles: 0 })).toEqual([]);
  });
});

describe('clock', () => {
  it('has jumped where the colony said something before what it had said before', async () => {
    const at = (nowMs: number, source: string) =>
      mint({ signal: 'Q_X', facts: {} }, { id: idFromKey(nowMs, `${source}${nowMs}`), source, nowMs });
    await onBus((bus) => bus.emit([at(1_700_000_600_000, 'a-peer'), at(1_700_000_000_000, 'intent_router')]));
    expect(codesOf(await found('clock'))).not.toContain('CLOCK_JUMPED_BACK');
    await onBus((bus) => bus.emit([at(1_699_999_000_000, 'intent_router')]));
    const jumped = (await found('clock')).find(({ code }) => code === 'CLOCK_JUMPED_BACK');
    expect(jumped?.what).toContain('The clock was set back by 16m 40s');
  });
});

describe('configuration', () => {
  it('tells of variables that nothing reads, with what was probably meant', async () => {
    const env = { HOME: config.home, KLOROS_HOME: config.home, KLOROS_LOG_LEVEL: 'info', KLOROS_COLOUR: 'x' };
    expect((await found('configuration', { env })).map(({ what }) => what)).toEqual([
      'KLOROS_COLOUR is set, and nothing reads it',
    ]);
    const guess = 'KLOROS_COLOUR sets nothing; did you mean KLOROS_HOUR?';
    expect((await found('configuration', { env, warnings: [guess] }))[0]?.what).toBe(guess);
  });
});

describe('permissions', () => {
  it('are mended where everybody may write, and where the intents folder is gone', async () => {
    await onBus(async () => undefined);
    chmodSync(config.home, 0o777);
    const findings = await found('permissions');
    expect(codesOf(findings).sort()).toEqual(['HOME_OPEN_TO_ALL', 'INTENTS_MISSING']);
    for (const { fix } of findings) await fix?.apply();
    expect(statSync(config.home).mode & 0o777).toBe(0o775);
    expect(await found('permissions')).toEqual([]);
  });

  it('are nothing to speak of in a home that is not there yet; a source root that is not there is', async () => {
    rmSync(config.home, { recursive: true });
    expect(codesOf(await found('permissions'))).toEqual(['SOURCE_ROOT_MISSING']);
  });
});

describe('settings by an earlier name', () => {
  it('are a note that says what they are called now, and none that nothing reads', async () => {
    const env = { HOME: config.home, KLOROS_MONITOR_DISK_PERCENT: '70' };
    const { warnings } = await loadConfig({ env, cwd: config.home, etcPath: join(config.home, 'none') });
    expect(await found('configuration', { env, warnings })).toMatchObject([
      {
        code: 'SETTING_RENAMED',
        level: 'note',
        what: expect.stringContaining('KLOROS_HEALTH_DISK_WARNING_PERCENT') as string,
      },
    ]);
  });
});

describe('ports', () => {
  let squatter: Server | undefined;
  afterEach(() => squatter?.close());

  it('that somebody else holds are named with their holder', async () => {
    squatter = createServer();
    await once(squatter.listen(config.portBase + 1, '127.0.0.1'), 'listening');
    const findings = await found('ports');
    expect(codesOf(findings)).toEqual(['PORT_HELD_BY_OTHER']);
    expect(findings[0]?.what).toContain(`is taken: process ${process.pid}`);
    // Of this colony, as far as the journal knows: then all is well.
    await onBus(async () => expect(await found('ports')).toEqual([]));
  });

  it('must not be shared, nor open to the network without a word', async () => {
    const hub = { xsub: config.hub.xsub, xpub: `tcp://127.0.0.1:${config.portBase + 2}` };
    expect((await found('ports', { config: { ...config, hub } })).map(({ what }) => what)).toEqual([
      `Port ${config.portBase + 2} is meant for chemical_bus and for kloros_policy_engine`,
    ]);
    const door = { router: `tcp://127.0.0.1:${config.portBase + 1}` };
    expect((await found('ports', { config: { ...config, hub: door } })).map(({ what }) => what)).toEqual([
      `Port ${config.portBase + 1} is meant for chemical_bus and for chemical_bus`,
    ]);
    expect(codesOf(await found('ports', { config: { ...config, host: '0.0.0.0' } }))).toEqual(['BUS_OPEN_TO_NETWORK']);
  });
});

describe('peers with keys', () => {
  const add = async (level: 'ask' | 'act') => {
    const port = await freePortBase();
    const wish = { level, names: [], rate: null, host: '127.0.0.1', port, addedAt: '' };
    await addPeer(pathsOf(config).peers, { name: 'sensor', wish, replace: true });
    return port;
  };

  it('have ports that nobody else may hold, and need no loopback', async () => {
    const port = await add('ask');
    expect(await found('ports')).toEqual([]);
    const squatter = createServer();
    await once(squatter.listen(port + 2, '127.0.0.1'), 'listening');
    expect(await found('ports')).toMatchObject([
      {
        code: 'PORT_HELD_BY_OTHER',
        what: expect.stringContaining(`Port ${port + 2} of peer sensor is taken: process ${process.pid}`) as string,
      },
    ]);
    squatter.close();
  });

  it('are a note where one may act, and a problem where others can read the keys, which is mended', async () => {
    await add('ask');
    expect(await found('peers')).toEqual([]);
    await add('act');
    const { peers } = pathsOf(config);
    chmodSync(peers, 0o640);
    const findings = await found('peers');
    expect(codesOf(findings)).toEqual(['PEERS_OPEN', 'PEER_MAY_ACT']);
    await findings[0]?.fix?.apply();
    expect(statSync(peers).mode & 0o777).toBe(0o600);
    expect(codesOf(await found('peers'))).toEqual(['PEER_MAY_ACT']);
  });

  it('are a problem where their file cannot be used, which hides no other port', async () => {
    await add('ask');
    writeFileSync(pathsOf(config).peers, '{');
    expect(codesOf(await found('peers'))).toEqual(['PEERS_INVALID']);
    expect(await found('ports')).toEqual([]);
  });
});

describe('units', () => {
  it('that were edited or removed since they were installed are told of', async () => {
    expect(await found('units')).toEqual([]);
    const folder = join(config.home, '.config', 'systemd', 'user');
    mkdirSync(folder, { recursive: true });
    const [edited, gone] = ['kloros.target', 'kloros-chemical-bus.service'].map((name) => join(folder, name));
    writeFileSync(edited!, '[Unit]\n# by hand\n');
    const files = { [edited!]: hashOf('[Unit]\n'), [gone!]: hashOf('') };
    const record = { scope: 'user', installedAt: '2025-11-20T00:00:00Z', units: [], madeUser: null, legacy: null };
    writeFileSync(pathsOf(config).systemd, JSON.stringify({ ...record, files }));
    expect((await found('units')).map(({ what }) => what)).toEqual([
      `${edited} was edited since it was installed`,
      `${gone} was installed and is gone`,
    ]);
  });
});

describe('signals', () => {
  it('that ask for something nobody does, and places kept for daemons that are no more', async () => {
    const spec = { name: 'of-old', hears: ['Q_X'], from: 'beginning', maxAttempts: 1, ordered: false } as const;
    await onBus(async (bus) => {
      const old = await bus.consumer({ ...spec, urgentFirst: false });
      const nowMs = Date.now();
      const ask = { signal: 'Q_DREAM_TRIGGER', facts: { reason: 'x', topic: null, promotion_count: 0 } };
      await bus.emit([mint(ask, { id: idFromKey(nowMs, 'x'), source: 'test', nowMs })]);
      await old.close();
    });
    expect((await found('signals')).map(({ code, level }) => [code, level])).toEqual([
      ['CONSUMER_LEFT_BEHIND', 'warning'],
      ['SIGNAL_NEVER_SAID', 'note'],
    ]);
    expect((await found('signals')).find(({ code }) => code === 'CONSUMER_LEFT_BEHIND')?.next[0]).toBe(
      'kloros bus forget of-old',
    );
    const few = daemons.filter(({ name }) => name !== 'dream_consumer_daemon');
    expect(codesOf(await found('signals', { daemons: few }))).toContain('SIGNAL_UNHEARD');
  });
});

describe('a diagnosis', () => {
  it('tells of a check that failed, and goes on', async () => {
    writeFileSync(pathsOf(config).systemd, 'no JSON');
    expect(codesOf(await found('units'))).toEqual(['CHECK_FAILED']);
  });
});
