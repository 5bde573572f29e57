import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { fromIntent } from '../../src/lib/demo/outcome.js';
import type { Signal } from '../../src/lib/signals/envelope.js';
import { kloros } from '../helpers/cli.js';
import { removeHome, temporaryConfig, until } from '../helpers/colony.js';
import { startUp, type Up } from '../helpers/up.js';

const LIMIT_MS = 300_000;
const FEW = ['--only', 'chemical-bus', '--only', 'capability-integrator'];

/** In a user namespace of its own, where the kernel has no inotify for it. */
const WITHOUT_WATCHES = ['unshare', '-Ur', 'sh', '-c', 'echo 0 >/proc/sys/user/max_inotify_instances; exec "$@"', 'sh'];

const hasNamespaces = spawnSync('unshare', ['-Ur', 'true']).status === 0;

const isGone = (pid: number) =>
  !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z');

/** A module that people wrote, and the intent that asks about it, renamed into place. */
function askAbout(config: Config, name: string): string {
  const [root = ''] = config.sourceRoots;
  mkdirSync(join(root, name));
  writeFileSync(join(root, name, 'mic.py'), 'def record(seconds):\n    """Record audio from the microphone."""\n');
  const id = `discover.module.${name}`;
  const data = { question: `What does the ${name} module do?`, question_id: id, priority: 'normal' };
  const intent = { type: 'discover.module', id, data: { ...data, evidence: [`path:${join(root, name)}`] } };
  const intents = join(config.home, 'intents');
  writeFileSync(join(intents, 'question.tmp'), JSON.stringify(intent));
  renameSync(join(intents, 'question.tmp'), join(intents, 'question.json'));
  return 'question.json';
}

async function saidLately(env: Record<string, string>): Promise<Signal[]> {
  const { stdout } = await kloros(['bus', 'listen', '--since', '10m', '--no-follow', '--output', 'jsonl'], { env });
  return stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Signal]));
}

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
  const start = async (...args: string[]) => startThrough([], ...args);
  const startThrough = async (program: readonly string[], ...args: string[]) => {
    const up = startUp(env, args, program);
    running.push(up);
    await up.ready();
    return up;
  };
  const statesOf = (up: Up, daemon: string) =>
    up.events.filter(({ name }) => name === daemon).map(({ state }) => state);
  const integrated = async () => {
    const facts = ['question_id=q', 'investigation_timestamp=20251115_103000', 'hypothesis=NONE', 'confidence=0.1'];
    const emit = ['bus', 'emit', 'Q_INVESTIGATION_COMPLETE', ...facts.flatMap((fact) => ['--fact', fact])];
    expect((await kloros([...emit, '--fact', 'evidence_count=0'], { env })).code).toBe(0);
  };
  const INTEGRATOR = 'capability_integrator_daemon';

  it('starts the hub first and every daemon, makes a capability of an intent, and stops the hub last', async () => {
    for (const root of config.sourceRoots) mkdirSync(root);
    env['KLOROS_SOURCE_ROOTS'] = config.sourceRoots.join(':');
    const up = await start();
    const names = daemons.map(({ name }) => name);
    expect(up.events[0]).toMatchObject({ name: 'chemical_bus', state: 'STARTING' });
    expect(new Set(up.events.flatMap(({ state, name }) => (state === 'RUNNING' ? [name] : [])))).toEqual(
      new Set(names),
    );
    const file = askAbout(config, 'audio');
    let said: Signal[] = [];
    const isIntegrated = async () =>
      (said = await saidLately(env)).some(({ signal }) => signal === 'Q_MODULE_INTEGRATED');
    await until('the module is integrated', isIntegrated, 90_000);
    expect(readFileSync(config.capabilitiesPath, 'utf8')).toMatch(/^audio:$/m);
    const [question, answer, integrated] = ['CURIOSITY_INVESTIGATE', 'INVESTIGATION_COMPLETE', 'MODULE_INTEGRATED'].map(
      (name) => said.find(({ signal }) => signal === `Q_${name}`),
    );
    expect(question?.cause_id).toBe(fromIntent(file));
    expect(answer).toMatchObject({ cause_id: question?.id, trace: question?.trace });
    expect(integrated).toMatchObject({ cause_id: answer?.id, trace: question?.trace });
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
          { name: 'chemical_bus', binds: [0, 1, 6].map((offset) => `tcp://127.0.0.1:${config.portBase + offset}`) },
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
    const states = () => statesOf(up, INTEGRATOR);
    await until('it rests', () => states().at(-1) === 'IDLE', 90_000);
    expect((await kloros(['daemon', 'list'], { env })).stdout).toMatch(/capability_integrator_daemon +at rest/);
    await integrated();
    await until(
      'it was started and rests again',
      () => states().filter((state) => state === 'IDLE').length > 1,
      90_000,
    );
    expect(states()).not.toContain('BACKOFF');
    expect(await up.end('SIGTERM')).toBe(0);
  });

  it('is the hub, the router and the monitor while nothing is to be done, and wakes the policy engine at its time', async () => {
    env['KLOROS_ACTIVATION_IDLE_MS'] = '50';
    const retries = 'rules: [{name: promotions_start_a_cycle, retries: {most: 1, pause: 3s}}]';
    writeFileSync(join(config.home, 'policies.yaml'), retries);
    const up = await start('--on-demand');
    const stays = ['chemical_bus', 'intent_router', 'orchestrator_monitor'];
    const others = daemons.map(({ name }) => name).filter((name) => !stays.includes(name));
    const stateOf = (daemon: string) => up.events.findLast(({ name }) => name === daemon)?.state;
    const allRest = () => until('all others rest', () => others.every((name) => stateOf(name) === 'IDLE'), 90_000);
    await allRest();
    expect(stays.map(stateOf)).toEqual(stays.map(() => 'RUNNING'));
    const counts = ['unacknowledged_count=1', 'promotion_count=1', 'promotion_set=a', 'promotions_path=promotions'];
    const facts = [...counts, 'oldest_promotion_age_hours=1', 'last_dream_time=2025-11-15T10:30:00Z'];
    const emit = ['bus', 'emit', 'Q_PROMOTIONS_DETECTED', ...facts.flatMap((fact) => ['--fact', fact])];
    expect((await kloros(emit, { env })).code).toBe(0);
    // There is no experiment, so the cycle fails, and is tried again once.
    const triggers = async () => (await saidLately(env)).filter(({ signal }) => signal === 'Q_DREAM_TRIGGER');
    await until('it is triggered again', async () => (await triggers()).length === 2, 90_000);
    const due = (await saidLately(env)).filter(({ signal }) => signal === 'Q_POLICY_DUE');
    expect((await triggers()).map(({ cause_id: cause }) => cause)).toContain(due[0]?.id);
    await allRest();
    expect(up.events.filter(({ state }) => state === 'BACKOFF')).toEqual([]);
    expect(await up.end('SIGTERM')).toBe(0);
  });

  it('has everything in run/ again that a cleaner took away, and is not taken for stopped meanwhile', async () => {
    env['KLOROS_ACTIVATION_IDLE_MS'] = '50';
    const up = await start(...FEW, '--on-demand');
    await until('it rests', () => statesOf(up, INTEGRATOR).at(-1) === 'IDLE', 90_000);
    const paths = pathsOf(config);
    // First out of the way: in its place the colony writes while it is being removed.
    const away = join(config.home, 'away');
    renameSync(paths.run, away);
    rmSync(away, { recursive: true });
    const stopped = await kloros(['daemon', 'stop', 'intent-router', '--yes', '--json'], { env });
    expect(JSON.parse(stopped.stdout)).toMatchObject({ result: { keeper: `kloros up (process ${up.pid})` } });
    const sockets = ['xsub', 'xpub', 'router'].map((name) => join(paths.busSockets, name));
    const counts = join(paths.wire, 'chemical_bus.json');
    const made = [paths.control, paths.chronicle, paths.wake, counts, ...sockets];
    await until('all is there again', () => made.every((path) => existsSync(path)));
    await integrated();
    await until('it is started and rests again', () => {
      const states = statesOf(up, INTEGRATOR);
      return states.filter((state) => state === 'IDLE').length > 1 && states.at(-1) === 'IDLE';
    });
    expect(await up.end('SIGTERM')).toBe(0);
  });

  it('is named while it is stopped, and nobody calls its daemons stopped', async () => {
    const up = await start(...FEW);
    process.kill(up.pid, 'SIGSTOP');
    const listed = await kloros(['daemon', 'list', '--json'], { env });
    const { result, warnings } = JSON.parse(listed.stdout) as { result: { pids: number[] }[]; warnings: string[] };
    expect(result[0]?.pids).toEqual([up.pidOf('chemical_bus')]);
    expect(warnings.join()).toContain(`let it go on: kill -CONT ${up.pid}`);
    const stop = await kloros(['daemon', 'stop', '--all', '--yes', '--json'], { env });
    expect([stop.code, JSON.parse(stop.stdout)]).toMatchObject([1, { error: { code: 'SUPERVISOR_UNREACHABLE' } }]);
    process.kill(up.pid, 'SIGCONT');
    expect(await up.end('SIGTERM')).toBe(0);
  });

  it.runIf(hasNamespaces)('runs on where nothing can be watched any more, and says how to have more', async () => {
    env['KLOROS_ACTIVATION_IDLE_MS'] = '50';
    const up = await startThrough(WITHOUT_WATCHES, ...FEW, '--only', 'intent-router', '--on-demand');
    await until('it rests', () => statesOf(up, INTEGRATOR).at(-1) === 'IDLE', 90_000);
    await integrated();
    await until('it is started', () => statesOf(up, INTEGRATOR).filter((state) => state === 'IDLE').length > 1);
    for (const words of ['wake cannot be watched', 'The intents folder cannot be watched'])
      expect(up.stderr().split(words)).toHaveLength(2);
    expect(up.stderr()).toContain('sysctl fs.inotify.max_user_instances=');
    expect(statesOf(up, 'intent_router')).not.toContain('BACKOFF');
    expect(await up.end('SIGTERM')).toBe(0);
  });

  it('runs on where nothing that it says can be written', async () => {
    const up = startUp(env, FEW, ['sh', '-c', 'exec "$@" >/dev/full 2>/dev/full', 'sh']);
    running.push(up);
    const kept = async () => {
      const { stdout } = await kloros(['daemon', 'status', 'capability-integrator', '--json'], { env });
      const [one] = (JSON.parse(stdout) as { result: { keeper: string; state: string; pid: number | null }[] }).result;
      return one?.keeper.startsWith('kloros up') ? one : undefined; // Before that the colony is only starting.
    };
    await until('it is ready', async () => (await kept())?.state === 'ready', 90_000);
    const before = (await kept())?.pid ?? 0;
    process.kill(before, 'SIGKILL');
    const isBack = async () => {
      const now = await kept();
      return now?.state === 'ready' && now.pid !== before;
    };
    await until('it was started again', isBack, 90_000);
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

  it('runs beside another colony and hears nothing of it, and stops by itself after --for', async () => {
    const other = await temporaryConfig();
    const otherEnv = { KLOROS_HOME: other.home, KLOROS_PORT_BASE: String(other.portBase) };
    const up = await start(...FEW);
    const beside = startUp(otherEnv, [...FEW, '--for', '3s']);
    running.push(beside);
    await beside.ready();
    for (const [name, where] of [['HERE', env] as const, ['THERE', otherEnv] as const])
      expect((await kloros(['bus', 'emit', name], { env: where })).code).toBe(0);
    expect(await beside.exited).toBe(0);
    const [here, there] = [await saidLately(env), await saidLately(otherEnv)];
    expect(here.map(({ signal }) => signal)).toEqual(['HERE']);
    expect(there.map(({ signal }) => signal)).toEqual(['THERE']);
    expect(beside.events.at(-1)).toMatchObject({ name: 'chemical_bus', state: 'STOPPED' });
    expect([...up.events, ...beside.events].some(({ state }) => state === 'BACKOFF')).toBe(false);
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
