import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { logFilesOf } from '../../src/lib/supervise/log-files.js';
import { bin, cliEnv, kloros } from '../helpers/cli.js';
import { removeHome, temporaryConfig, until } from '../helpers/colony.js';

let config: Config;
let env: Record<string, string>;

beforeEach(async () => {
  config = await temporaryConfig();
  env = { KLOROS_HOME: config.home, KLOROS_PORT_BASE: String(config.portBase) };
});
afterEach(() => removeHome(config));

describe('kloros daemon list', () => {
  it('shows every daemon with what it hears and says, and its ports', async () => {
    const { stdout } = await kloros(['daemon', 'list', '--json'], { env });
    const rows = (JSON.parse(stdout) as { result: { name: string; ports: number[] }[] }).result;
    expect(rows.map(({ name }) => name)).toEqual(daemons.map(({ name }) => name));
    expect(rows[0]).toMatchObject({ name: 'chemical_bus', ports: [0, 1, 6].map((offset) => config.portBase + offset) });
  });

  it('is a table for people, with what each is for', async () => {
    const { stdout } = await kloros(['daemon', 'list', '--topology'], { env });
    for (const { name, purpose } of daemons) expect(stdout).toMatch(new RegExp(`${name}.*${purpose.slice(0, 20)}`));
  });

  it('makes nothing in a home where nothing ran', async () => {
    const { stdout } = await kloros(['daemon', 'list'], { env });
    for (const { name } of daemons) expect(stdout).toMatch(new RegExp(`${name} +down`));
    expect(readdirSync(config.home)).toEqual([]);
  });
});

describe('kloros daemon run --until-idle', () => {
  const run = (name: string) =>
    kloros(['daemon', 'run', name, '--until-idle'], { env: { ...env, KLOROS_ACTIVATION_IDLE_MS: '50' } });

  it('ends well when nothing has been to do for a while', async () => {
    const { code, stderr } = await run('semantic-dedup-consumer');
    expect(code).toBe(0);
    expect(stderr).toContain('Ends until it has something to do');
  });

  it('is refused where a daemon looks by itself', async () => {
    const { code, stderr } = await run('intent-router');
    expect(code).toBe(2);
    expect(stderr).toContain('intent_router does not end when it is idle');
  });
});

describe('kloros daemon pause and resume', () => {
  interface Listed {
    name: string;
    pause: { by: string; reason: string | null } | null;
  }
  const listed = async () => {
    const { stdout } = await kloros(['daemon', 'list', '--json'], { env });
    return (JSON.parse(stdout) as { result: Listed[] }).result;
  };
  const pausedNames = async () => (await listed()).flatMap(({ name, pause }) => (pause === null ? [] : [name]));

  it('pause those who are named, say so in the list, and let them go on', async () => {
    const { code } = await kloros(['daemon', 'pause', 'intent-router', '--reason', 'a flood', '--yes'], { env });
    expect(code).toBe(0);
    expect((await listed()).find(({ name }) => name === 'intent_router')).toMatchObject({
      pause: { by: 'operator', reason: 'a flood' },
    });
    expect(await pausedNames()).toEqual(['intent_router']);
    const { stdout } = await kloros(['daemon', 'resume', 'intent_router'], { env });
    expect(stdout).toMatch(/^Goes on: intent_router, paused by operator .*: a flood$/m);
    expect(await pausedNames()).toEqual([]);
  });

  it('ask first, and without a terminal insist on --yes', async () => {
    const { code, stderr } = await kloros(['daemon', 'pause', 'intent-router'], { env });
    expect([code, stderr]).toEqual([2, expect.stringContaining('--yes')]);
  });

  it('refuse to pause the hub, nobody, and names beside all', async () => {
    for (const args of [['chemical-bus'], [], ['--all', 'intent-router']]) {
      const { code, stdout } = await kloros(['daemon', 'pause', ...args, '--yes', '--json'], { env });
      expect([code, JSON.parse(stdout)]).toMatchObject([2, { error: { code: 'USAGE' } }]);
    }
  });

  it('let go on whom a governance.kill stopped, which says whom it stops', async () => {
    const said = await kloros(['bus', 'emit', 'governance.kill', '--fact', 'reason=runaway'], { env });
    const others = daemons.map(({ name }) => name).filter((name) => name !== 'chemical_bus');
    expect(said.stdout).toContain(`Stops ${others.join(', ')} until: kloros daemon resume`);
    expect(said.stderr).toBe('');
    expect(await pausedNames()).toEqual(others);
    await kloros(['daemon', 'resume', others[0]!], { env });
    expect(await pausedNames()).toEqual(others.slice(1));
    await kloros(['daemon', 'resume'], { env });
    expect(await pausedNames()).toEqual([]);
  });
});

describe('kloros daemon start, status, logs, wait, restart, reload and stop', () => {
  const ROUTER = 'intent_router';
  const command = async (...args: string[]) => {
    const { stdout, code } = await kloros(['daemon', ...args, '--json'], { env });
    return { code, ...(JSON.parse(stdout) as { result: { daemons: Kept[] } & Kept[]; error?: { code: string } }) };
  };
  interface Kept {
    name: string;
    keeper: string;
    state: string;
    pid: number | null;
  }

  const written = () =>
    logFilesOf(pathsOf(config).logs, ROUTER)
      .map((file) => readFileSync(file, 'utf8'))
      .join('');

  it(
    'keep daemons alive where nobody does, and end the supervisor with the last of them',
    { timeout: 600_000 },
    async () => {
      const started = (await command('start', ROUTER)).result.daemons[0];
      expect(started).toMatchObject({
        keeper: expect.stringMatching(/^kloros up, detached/) as string,
        state: 'ready',
      });
      const again = (await command('restart', ROUTER, '--yes')).result.daemons[0];
      expect([again?.state, again?.pid === started?.pid]).toEqual(['ready', false]);
      expect((await command('reload', ROUTER)).result).toMatchObject({
        daemons: [{ state: 'ready', pid: again?.pid }],
        reloads: [{ name: ROUTER, outcome: 'reloaded', why: null }],
      });
      expect(written()).toContain('Settings are read anew');
      // All others are kept by nobody, and so are not missed.
      expect(await command('status')).toMatchObject({ code: 0 });
      const { stdout } = await kloros(['daemon', 'logs', '--output', 'jsonl'], { env });
      expect(stdout).toContain('intent_router is ready after');
      const stopped = (await command('stop', ROUTER, '--yes')).result;
      expect(stopped).toMatchObject({ keeper: 'nobody', daemons: [{ state: 'stopped', pid: null }] });
    },
  );

  it('say who keeps whom where nobody does, and refuse to name nobody', async () => {
    expect(await command('status', ROUTER)).toMatchObject({
      code: 3,
      result: [{ keeper: 'nobody', state: 'stopped' }],
    });
    expect(await command('stop')).toMatchObject({ code: 2 });
  });
});

describe('kloros daemon run', () => {
  function start(name: string, extra: Record<string, string> = {}) {
    const child = spawn(process.execPath, [...bin, 'daemon', 'run', name], {
      env: cliEnv({ ...env, ...extra }),
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    });
    const said = { stderr: '', report: '' };
    child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
    child.stdio[3]?.on('data', (chunk: Buffer) => (said.report += chunk.toString()));
    return { child, said, exited: once(child, 'close').then(([code]) => code as number | null) };
  }

  it('reports to its supervisor when it is ready, and ends in order when the supervisor is gone', async () => {
    const { child, said, exited } = start('chemical-bus', { KLOROS_SUPERVISED: '1' });
    await once(child.stdio[3] ?? child, 'data');
    expect(said.report).toBe('ready\n');
    child.stdin.end();
    expect(await exited).toBe(0);
  });

  it('reports to its supervisor, and only there, why it cannot start', async () => {
    const { said, exited } = start('chemcal-bus', { KLOROS_SUPERVISED: '1' });
    expect(await exited).toBe(3);
    expect(said.report).toMatch(/^failed \{"code":"UNKNOWN_DAEMON"/);
    expect(said.stderr).toBe('');
  });

  it('lets nobody but a supervisor end it by its stdin', async () => {
    const { child, said, exited } = start('chemical-bus');
    child.stdin.end();
    await once(child.stderr, 'data');
    expect(JSON.parse(said.stderr)).toMatchObject({ daemon: 'chemical_bus', msg: 'Ready', home: config.home });
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
    expect(said.report).toBe('');
  });

  it('reads its settings anew at SIGHUP, and keeps those from before where the new ones are wrong', async () => {
    const { child, said, exited } = start('intent-router');
    const hears = async (words: string, settings: string) => {
      writeFileSync(join(config.home, 'config.yaml'), settings);
      child.kill('SIGHUP');
      await until(words, () => said.stderr.includes(words));
    };
    await until('it is ready', () => said.stderr.includes('Ready'));
    await hears('intents.batch: expected number', 'intents: {batch: many}');
    await hears('Settings are read anew', 'intents: {batch: 7}');
    child.kill('SIGTERM');
    expect(await exited).toBe(0);
  });

  it('ends in order when its terminal is gone', async () => {
    const program = `import os, pty, sys
pid, terminal = pty.fork()
if pid == 0: os.execvp(sys.argv[1], sys.argv[1:])
said = b''
while b'Ready' not in said: said += os.read(terminal, 4096)
os.close(terminal)
print(os.WTERMSIG(os.waitpid(pid, 0)[1]))`;
    const args = ['-c', program, process.execPath, ...bin, 'daemon', 'run', 'intent-router'];
    const python = spawn('python3', args, { env: cliEnv(env), stdio: ['ignore', 'pipe', 'inherit'] });
    let printed = '';
    python.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
    await once(python, 'close');
    expect(printed.trim()).toBe(String(constants.signals.SIGHUP));
    expect(readdirSync(config.home)).toContain('journal');
  });

  it('suggests the daemon that was meant', async () => {
    const { code, stdout } = await kloros(['daemon', 'run', 'orchestrator-montor', '--json'], { env });
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ error: { why: 'did you mean orchestrator_monitor?' } });
  });
});
