import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KlorosError } from '../../../src/lib/base/errors.js';
import { loadConfig, type LoadedConfig } from '../../../src/lib/config/load.js';
import { settings } from '../../../src/lib/config/load-settings.js';
import fc from '../../helpers/property.js';

let root: string;
beforeEach(() => (root = mkdtempSync(join(tmpdir(), 'kloros-config-'))));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const at = (...parts: string[]) => join(root, ...parts);
const FILES = { local: 'cwd/kloros.yaml', own: 'user/.kloros/config.yaml', etc: 'etc/config.yaml' };

function write(path: string, text: string): string {
  mkdirSync(dirname(at(path)), { recursive: true });
  writeFileSync(at(path), text);
  return at(path);
}

async function load(env: Record<string, string> = {}, flags: Record<string, unknown> = {}): Promise<LoadedConfig> {
  return loadConfig({ env: { HOME: at('user'), ...env }, cwd: at('cwd'), flags, etcPath: at(FILES.etc) });
}

async function problem(env: Record<string, string> = {}): Promise<KlorosError> {
  const thrown: unknown = await load(env).then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof KlorosError)) throw new Error(`expected a KlorosError, got ${String(thrown)}`);
  expect(thrown.code).toBe('INVALID_CONFIG');
  return thrown;
}

describe('without any configuration', () => {
  it('everything has a default, with absolute paths below the home', async () => {
    const { config, origins, files, warnings } = await load();
    expect(config).toMatchObject({
      home: at('user/.kloros'),
      sourceRoots: [at('user/src')],
      deployRoot: at('user/.kloros/deployed'),
      capabilitiesPath: at('user/.kloros/capabilities.yaml'),
      portBase: 7776,
    });
    expect(new Set(Object.values(origins).map(({ from }) => from))).toEqual(new Set(['default']));
    expect(files.map(({ used }) => used)).toEqual([false, false, false]);
    expect(warnings).toEqual([]);
  });

  it('the home moves what is below it', async () => {
    const { config } = await load({ KLOROS_HOME: '/colony' });
    expect(config).toMatchObject({ home: '/colony', deployRoot: '/colony/deployed' });
  });
});

describe('of several places', () => {
  it('the strongest wins: flag, environment, ./kloros.yaml, the home, /etc, default', async () => {
    const own = 'flagged/config.yaml';
    write(FILES.local, 'home: ../local\ndelivery: { leaseMs: 3, pollMs: 3 }\nportBase: 3003\n');
    write(own, 'delivery:\n  leaseMs: 4\n  pollMs: 4\n  backoffMs: 4\n');
    write(FILES.etc, 'delivery: { leaseMs: 5, backoffMs: 5, maxAttempts: 5 }\nhost: 0.0.0.0\n');
    const { config, origins } = await load({ KLOROS_DELIVERY_LEASE_MS: '2' }, { home: '../flagged' });
    expect(config.delivery).toMatchObject({ leaseMs: 2, pollMs: 3, backoffMs: 4, maxAttempts: 5 });
    const from = (key: string) => origins[key]?.from;
    expect(from('home')).toBe('flag --home');
    expect(from('delivery.leaseMs')).toBe('environment KLOROS_DELIVERY_LEASE_MS');
    expect(from('delivery.pollMs')).toBe(`${at(FILES.local)}:2`);
    expect(from('delivery.backoffMs')).toBe(`${at(own)}:4`);
    expect(from('delivery.maxAttempts')).toBe(`${at(FILES.etc)}:1`);
    expect(from('host')).toBe(`${at(FILES.etc)}:2`);
    expect(from('delivery.maxBackoffMs')).toBe('default');
    expect(origins['delivery.pollMs']?.value).toBe(3);
  });

  it('paths are relative to the file that has them, and ~ is the home of the user', async () => {
    write(FILES.local, 'sourceRoots: [./here, ~/there, /abs]\ndeployRoot: ../out\n');
    const { config } = await load();
    expect(config.sourceRoots).toEqual([at('cwd/here'), at('user/there'), '/abs']);
    expect(config.deployRoot).toBe(at('out'));
  });

  it('comments, anchors, empty groups and an empty file are fine', async () => {
    write(FILES.local, '# nothing\n');
    write(FILES.own, 'monitor:\nretention: &r { days: 3 } # three\nintents:\n  routes: { "x_*": { signal: Q_X } }\n');
    const { config } = await load();
    expect(config.retention.days).toBe(3);
    expect(config.intents.routes).toEqual({ 'x_*': { signal: 'Q_X' } });
  });
});

describe('the environment', () => {
  it('has a variable for every setting, and none for two', () => {
    const names = settings.map(({ variable }) => variable);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('KLOROS_SOURCE_ROOTS');
    expect(names).toContain('KLOROS_PORT_BASE');
    expect(names).toContain('KLOROS_EVIDENCE_EMBEDDINGS_TIMEOUT_MS');
  });

  it('has lists with colons, numbers, maps in YAML, and the names of existing installations', async () => {
    const { config, origins } = await load({
      KLOROS_SOURCE_ROOTS: '/a:~/b:c',
      KLOROS_PORT_BASE: '9000',
      KLOROS_INTENTS_ROUTES: '{ run_scanner: { signal: Q_SCAN, priority: 7 } }',
      KLR_CHEM_XSUB: 'tcp://127.0.0.1:1',
      KLR_CHEM_XPUB: 'tcp://127.0.0.1:2',
      KLOROS_HUB_XPUB: 'tcp://127.0.0.1:3',
    });
    expect(config.sourceRoots).toEqual(['/a', at('user/b'), at('cwd/c')]);
    expect(config.portBase).toBe(9000);
    expect(config.intents.routes).toEqual({ run_scanner: { signal: 'Q_SCAN', priority: 7 } });
    expect(config.hub).toEqual({ xsub: 'tcp://127.0.0.1:1', xpub: 'tcp://127.0.0.1:3' });
    expect(origins['hub.xsub']?.from).toBe('environment KLR_CHEM_XSUB');
  });

  it('takes a level of an existing installation that is higher than any here as the highest, and says so', async () => {
    const { config, warnings } = await load({ KLR_AUTONOMY_LEVEL: '3' });
    expect(config.autonomy).toBe(2);
    expect(warnings).toEqual(['KLR_AUTONOMY_LEVEL=3 means 2, the highest there is here']);
    expect(await load({ KLR_AUTONOMY_LEVEL: '1' })).toMatchObject({ config: { autonomy: 1 }, warnings: [] });
    expect((await problem({ KLOROS_AUTONOMY: '3' })).why).toMatch(/^autonomy: /);
    expect((await problem({ KLR_AUTONOMY_LEVEL: 'all' })).why).toMatch(/^autonomy: /);
  });

  it('sets nothing with an empty variable', async () => {
    expect((await load({ KLOROS_HOME: '', KLOROS_PORT_BASE: '' })).config.portBase).toBe(7776);
  });

  it('warns of a variable that is nearly a setting, and not of others', async () => {
    const { warnings } = await load({ KLOROS_MONITR_INTERVAL_MS: '5', KLOROS_LOG_FORM: 'json', KLOROS_ZZZ: '1' });
    expect(warnings).toEqual(['KLOROS_MONITR_INTERVAL_MS sets nothing; did you mean KLOROS_MONITOR_INTERVAL_MS?']);
  });

  it('names the variable of a wrong value', async () => {
    const { message, why } = await problem({ KLOROS_PORT_BASE: 'many' });
    expect(message).toBe('The configuration is wrong at environment KLOROS_PORT_BASE');
    expect(why).toMatch(/^portBase: expected number, received string/);
  });
});

describe('a setting by its earlier key', () => {
  it('is read, with a warning that says where it stands and what it is called now', async () => {
    const path = write(FILES.own, 'monitor:\n  intervalMs: 9\n  deadLetters: 4\n  stalledMs: 60000\n');
    const { config, origins, warnings } = await load();
    expect(config.monitor).toEqual({ intervalMs: 9 });
    expect(config.health).toMatchObject({ deadLettersWarning: 4, stalledMs: 60_000 });
    expect(origins['health.stalledMs']?.from).toBe(`${path}:4`);
    expect(warnings).toEqual([
      `monitor.deadLetters (${path}:3) is called health.deadLettersWarning now: rename it, or remove it where both stand`,
      `monitor.stalledMs (${path}:4) is called health.stalledMs now: rename it, or remove it where both stand`,
    ]);
  });

  it('means what it meant: a share was critical halfway to all of it', async () => {
    write(FILES.own, 'monitor: { diskPercent: 96, memoryPercent: 50 }\n');
    expect((await load()).config.health).toMatchObject({
      ...{ diskWarningPercent: 96, diskCriticalPercent: 98 },
      ...{ memoryWarningPercent: 50, memoryCriticalPercent: 75 },
    });
  });

  it.each([
    'monitor: { diskPercent: 70 }\nhealth: { diskWarningPercent: 60 }\n',
    'health: { diskWarningPercent: 60 }\nmonitor: { diskPercent: 70 }\n',
  ])("gives way to today's in the same file: %j", async (text) => {
    write(FILES.own, text);
    const { config, warnings } = await load();
    expect(config.health.diskWarningPercent).toBe(60);
    expect(warnings).toHaveLength(1);
  });

  it('is read from the environment too', async () => {
    const { config, origins, warnings } = await load({ KLOROS_MONITOR_DISK_PERCENT: '70' });
    expect(config.health).toMatchObject({ diskWarningPercent: 70, diskCriticalPercent: 85 });
    expect(origins['health.diskWarningPercent']?.from).toBe('environment KLOROS_MONITOR_DISK_PERCENT');
    expect(warnings).toEqual([
      'KLOROS_MONITOR_DISK_PERCENT is called KLOROS_HEALTH_DISK_WARNING_PERCENT now: rename it, or remove it where both stand',
    ]);
    expect(
      (await load({ KLOROS_MONITOR_DISK_PERCENT: '70', KLOROS_HEALTH_DISK_WARNING_PERCENT: '5' })).config.health,
    ).toMatchObject({ diskWarningPercent: 5 });
  });

  it('is checked as today’s is, and named where it stands', async () => {
    const path = write(FILES.local, '\nmonitor: { stalledMs: soon }\n');
    const { message, why } = await problem();
    expect(message).toBe(`The configuration is wrong at ${path}:2`);
    expect(why).toMatch(/^health\.stalledMs: expected number/);
  });
});

describe('a wrong file', () => {
  it.each([
    {
      what: 'an unknown key',
      text: 'monitor:\n  intervallMs: 1\n',
      line: 2,
      why: 'no setting monitor.intervallMs; did you mean intervalMs?',
    },
    {
      what: 'an unknown key like no other',
      text: 'zzz: 1\n',
      line: 1,
      why: 'there is no setting zzz; possible here: home, portBase',
    },
    { what: 'a wrong type', text: '\n\nportBase: "x"\n', line: 3, why: 'portBase: expected number, received string' },
    {
      what: 'a wrong type in a map',
      text: 'intents:\n  routes:\n    x: {}\n',
      line: 2,
      why: 'intents.routes: x.signal: is missing',
    },
    { what: 'too high a port', text: 'portBase: 65535\n', line: 1, why: 'portBase: Too big' },
    { what: 'a value for a group', text: 'monitor: 5\n', line: 1, why: 'monitor must be a map of settings' },
    { what: 'a list', text: '- a\n', line: 1, why: 'the file must be a map of settings' },
    { what: 'no YAML', text: 'a: [1\n', line: 2, why: 'it is not YAML: ' },
    {
      what: 'a key twice',
      text: 'portBase: 1\nportBase: 2\n',
      line: 2,
      why: 'it is not YAML: Map keys must be unique',
    },
    { what: 'no path', text: 'home: 5\n', line: 1, why: 'home: expected the path of a folder' },
    {
      what: 'part of a group',
      text: 'evidence:\n  embeddings:\n    url: http://x/\n',
      line: 3,
      why: 'evidence.embeddings.model: is missing',
    },
  ])('with $what is named with its line and key', async ({ text, line, why }) => {
    const path = write(FILES.local, text);
    const error = await problem();
    expect(error.message).toBe(`The configuration is wrong at ${path}:${line}`);
    expect(error.why).toContain(why);
    expect(error.next).not.toEqual([]);
  });

  it('cannot set the home in which it lies', async () => {
    write(FILES.own, 'home: /elsewhere\n');
    expect(await problem()).toMatchObject({ next: ['set KLOROS_HOME instead'] });
  });

  it('that is a folder cannot be read, which is not the same as not there', async () => {
    mkdirSync(at(FILES.own), { recursive: true });
    expect((await problem()).why).toContain('the file cannot be read: EISDIR');
  });

  it.skipIf(process.getuid?.() === 0)('that this user may not read is an error', async () => {
    chmodSync(write(FILES.local, 'portBase: 1\n'), 0);
    expect((await problem()).why).toContain('EACCES');
  });

  it('of any content is either read or an INVALID_CONFIG', async () => {
    const names = settings.map(({ key }) => key.split('.')[0] ?? '');
    const text = fc.oneof(
      fc.string(),
      fc.dictionary(fc.constantFrom(...names), fc.jsonValue()).map((value) => JSON.stringify(value)),
    );
    await fc.assert(
      fc.asyncProperty(text, async (content) => {
        write(FILES.etc, content);
        await load().catch((error: unknown) => expect(error).toMatchObject({ code: 'INVALID_CONFIG' }));
      }),
      { numRuns: 60 },
    );
  });
});
