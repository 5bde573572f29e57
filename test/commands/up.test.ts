import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
import type { Config } from '../../src/lib/config/schema.js';
import { kloros } from '../helpers/cli.js';
import { removeHome, temporaryConfig, until } from '../helpers/colony.js';
import { startUp, type Up } from '../helpers/up.js';

const LIMIT_MS = 120_000;
const FEW = ['--only', 'chemical-bus', '--only', 'capability-integrator'];

const isGone = (pid: number) =>
  !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z');

const pids = (up: Up) => [...new Set(up.events.flatMap(({ pid }) => pid ?? []))];

describe('kloros up', { timeout: LIMIT_MS }, () => {
  let config: Config;
  let env: Record<string, string>;
  const running: Up[] = [];

  beforeEach(async () => {
    config = await temporaryConfig();
    env = { KLOROS_HOME: config.home, KLOROS_PORT_BASE: String(config.portBase) };
  });
  // What is killed leaves daemons that notice it in their own time.
  afterEach(async () => {
    const ended = running.splice(0);
    await Promise.all(ended.map((up) => up.end('SIGKILL')));
    await until('all daemons have ended', () => ended.flatMap(pids).every(isGone));
    removeHome(config);
  });
  const start = async (...args: string[]) => {
    const up = startUp(env, args);
    running.push(up);
    await up.ready();
    return up;
  };
  it('starts the hub first and every daemon of the list, and stops the hub last on Ctrl-C', async () => {
    const up = await start();
    const names = daemons.map(({ name }) => name);
    expect(up.events[0]).toMatchObject({ name: 'chemical_bus', state: 'STARTING' });
    expect(new Set(up.events.flatMap(({ state, name }) => (state === 'RUNNING' ? [name] : [])))).toEqual(
      new Set(names),
    );
    expect(await up.end('SIGINT')).toBe(130);
    expect(up.events.at(-1)).toMatchObject({ name: 'chemical_bus', state: 'STOPPED' });
    expect(pids(up).every(isGone)).toBe(true);
  });

  it('refuses a second supervisor in one home, and the first goes on', async () => {
    const up = await start(...FEW);
    expect(up.stderr()).not.toContain('Warning');
    const second = await kloros(['up', '--json'], { env });
    expect(second.code).toBe(1);
    expect(JSON.parse(second.stdout)).toMatchObject({ status: 1, error: { code: 'ALREADY_RUNNING' } });
    expect(await up.end('SIGTERM')).toBe(0);
  });

  it('shows with --dry-run what would be started, and touches nothing', async () => {
    const { stdout } = await kloros(['up', '--dry-run', ...FEW, '--json'], { env });
    expect(JSON.parse(stdout)).toMatchObject({
      result: {
        home: config.home,
        daemons: [
          { name: 'chemical_bus', binds: [0, 1].map((offset) => `tcp://127.0.0.1:${config.portBase + offset}`) },
          { name: 'capability_integrator_daemon', binds: [`tcp://127.0.0.1:${config.portBase + 3}`] },
        ],
      },
    });
    expect(readdirSync(config.home)).toEqual([]);
  });

  it('starts a killed daemon again, the hub too', async () => {
    const up = await start(...FEW);
    for (const name of ['capability_integrator_daemon', 'chemical_bus']) {
      const before = up.pidOf(name);
      process.kill(before, 'SIGKILL');
      const isBack = () =>
        up.events.some((event) => event.name === name && event.state === 'RUNNING' && event.pid !== before);
      await until(`${name} is back`, isBack);
    }
    expect(up.stderr()).toContain('it was ended by SIGKILL; it is started again in');
    expect(await up.end('SIGTERM')).toBe(0);
  });

  it('lets a daemon rest with --on-demand, and starts it when a signal waits for it', async () => {
    env['KLOROS_ACTIVATION_IDLE_MS'] = '50';
    const up = await start(...FEW, '--on-demand');
    const states = () =>
      up.events.filter(({ name }) => name === 'capability_integrator_daemon').map(({ state }) => state);
    await until('it rests', () => states().at(-1) === 'IDLE', 90_000);
    const facts = ['question_id=q', 'investigation_timestamp=20251115_103000', 'hypothesis=NONE', 'confidence=0.1'];
    const emit = ['bus', 'emit', 'Q_INVESTIGATION_COMPLETE', ...facts.flatMap((fact) => ['--fact', fact])];
    expect((await kloros([...emit, '--fact', 'evidence_count=0'], { env })).code).toBe(0);
    await until(
      'it was started and rests again',
      () => states().filter((state) => state === 'IDLE').length > 1,
      90_000,
    );
    expect(states()).not.toContain('BACKOFF');
    expect(await up.end('SIGTERM')).toBe(0);
  });

  it('leaves no daemon behind when it is itself killed', async () => {
    const up = await start(...FEW);
    await up.end('SIGKILL');
    await until('all daemons have ended by themselves', () => pids(up).every(isGone));
  });

  it('ends everything at once on the second Ctrl-C', async () => {
    const up = await start(...FEW);
    process.kill(up.pidOf('capability_integrator_daemon'), 'SIGSTOP'); // So that an orderly stop would take long.
    process.kill(up.pid, 'SIGINT');
    await until('it is stopping', () => up.events.some(({ state }) => state === 'STOPPING'));
    expect(await up.end('SIGINT')).toBe(130);
    await until('all are gone', () => pids(up).every(isGone), 2_000);
  });

  it('runs beside another colony that has a home and ports of its own, and stops by itself after --for', async () => {
    const other = await temporaryConfig();
    const up = await start(...FEW);
    const beside = await kloros(['up', ...FEW, '--for', '100ms', '--json'], {
      env: { KLOROS_HOME: other.home, KLOROS_PORT_BASE: String(other.portBase) },
    });
    expect(JSON.parse(beside.stdout)).toMatchObject({
      status: 0,
      result: { home: other.home, daemons: [{ state: 'STOPPED' }, { state: 'STOPPED' }] },
    });
    expect(up.events.some(({ state }) => state === 'BACKOFF')).toBe(false);
    removeHome(other);
  });

  it('says who has the port when another program has it', async () => {
    const { createServer } = await import('node:net');
    const server = createServer().listen(config.portBase, '127.0.0.1');
    const refused = await kloros(['up', '--json'], { env });
    server.close();
    expect(JSON.parse(refused.stdout)).toMatchObject({ error: { code: 'PORT_TAKEN' } });
    expect(refused.stdout).toContain(String(process.pid));
  });

  it('knows its daemons by any spelling, and refuses what it does not know', async () => {
    const wrong = await kloros(['up', '--only', 'intent-ruoter', '--json'], { env });
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      error: { code: 'UNKNOWN_DAEMON', why: 'did you mean intent_router?' },
    });
    const none = await kloros(['up', ...daemons.flatMap(({ name }) => ['--except', name]), '--json'], { env });
    expect(none.code).toBe(2);
  });
});
