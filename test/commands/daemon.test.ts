import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
import type { Config } from '../../src/lib/config/schema.js';
import { bin, cliEnv, kloros } from '../helpers/cli.js';
import { removeHome, temporaryConfig } from '../helpers/colony.js';

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
    expect(rows[0]).toMatchObject({ name: 'chemical_bus', ports: [config.portBase, config.portBase + 1] });
  });

  it('is a table for people', async () => {
    const { stdout } = await kloros(['daemon', 'list'], { env });
    for (const { name, purpose } of daemons) expect(stdout).toMatch(new RegExp(`${name}.*${purpose.slice(0, 20)}`));
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

  it('suggests the daemon that was meant', async () => {
    const { code, stdout } = await kloros(['daemon', 'run', 'orchestrator-montor', '--json'], { env });
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ error: { why: 'did you mean orchestrator_monitor?' } });
  });
});
