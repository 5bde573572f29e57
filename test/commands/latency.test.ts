import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import HealthLatency from '../../src/commands/health/latency.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import type { LatencyReport } from '../../src/lib/latency/judge.js';
import { bin, cliEnv, kloros, type CliResult } from '../helpers/cli.js';
import { removeHome, temporaryConfig, until } from '../helpers/colony.js';
import { startUp, type Up } from '../helpers/up.js';

const REGISTRY = '# Somebody wrote this.\nspeech:\n    module: speech   # and aligned it\n';

let config: Config;
let env: Record<string, string>;
let up: Up | undefined;
beforeEach(async () => {
  config = await temporaryConfig();
  // A busy machine of tests is slower than the target, which is not what is tested here.
  const target = { KLOROS_HEALTH_LATENCY_MS: '0' };
  env = { KLOROS_HOME: config.home, KLOROS_PORT_BASE: String(config.portBase), ...target };
});
afterEach(async () => {
  await up?.end('SIGTERM');
  up = undefined;
  removeHome(config);
});

/** As many daemons as a probe meets. */
const only = (...names: string[]) => names.flatMap((name) => ['--only', name]);
const WHO_ANSWERS = ['chemical-bus', 'intent-router', 'investigation-consumer'];
const WHO_HEARS = [...WHO_ANSWERS, 'semantic-dedup-consumer', 'capability-integrator'];

async function start(...args: string[]): Promise<void> {
  up = startUp(env, args);
  await up.ready();
}

const latency = (...args: string[]) => kloros(['health', 'latency', ...args], { env });
const resultOf = ({ stdout }: CliResult) => (JSON.parse(stdout) as { result: LatencyReport }).result;

/** Nothing of the probes is left but their signals. */
function expectClean(): void {
  const { probes, intents, investigations, evidence, capabilities } = pathsOf(config);
  expect(readdirSync(intents)).toEqual([]);
  for (const path of [probes, investigations, evidence]) expect(existsSync(path), path).toBe(false);
  expect(readFileSync(capabilities, 'utf8')).toBe(REGISTRY);
}

describe('kloros health latency', () => {
  it('measures every hop of a running colony, and leaves it as it was', async () => {
    writeFileSync(config.capabilitiesPath, REGISTRY);
    await start(...only(...WHO_HEARS));
    const measured = await latency('--count', '8', '--rate', '50', '--json');
    expect(measured).toMatchObject({ code: 0, stderr: '' });
    const { sent, answered, failed, hops, bins } = resultOf(measured);
    expect({ sent, answered, failed }).toEqual({ sent: 8, answered: 8, failed: 0 });
    expect(hops.map(({ hop, count }) => [hop, count])).toEqual(
      ['routed', 'queued', 'investigated', 'whole', 'heard'].map((hop) => [hop, 8]),
    );
    expect(bins.reduce((sum, { count }) => sum + count, 0)).toBe(8);
    await until('all who hear of it have handled it', async () => {
      const { stdout } = await kloros(['health', '--check', 'lag', '--threshold', 'lagWarning=1'], { env });
      return stdout.includes('1 OK');
    });
    expectClean();
    const { stdout } = await kloros(['health', '--check', 'latency'], { env });
    expect(stdout).toContain('no intent was investigated in the last day');
  });

  it('counts in the start of a daemon that nobody needed before', async () => {
    await start('--on-demand', ...only(...WHO_ANSWERS));
    const { sent, answered } = resultOf(await latency('--count', '1', '--json'));
    expect({ sent, answered }).toEqual({ sent: 1, answered: 1 });
  });

  it('is critical where nobody answers, draws nothing, and takes its probes away again', async () => {
    await start(...only('chemical-bus', 'intent-router'));
    const { code, stdout } = await latency('--count', '2', '--timeout', '200ms');
    expect(code).toBe(2);
    expect(stdout).toMatch(/^CRITICAL {2}0 of 2 probes were answered\n→ kloros health --check daemons/);
    expect(existsSync(pathsOf(config).probes)).toBe(false);
  });

  it('takes its probes away at Ctrl-C', async () => {
    writeFileSync(config.capabilitiesPath, REGISTRY);
    await start(...only('chemical-bus', 'intent-router'));
    const child = spawn(process.execPath, [...bin, 'health', 'latency'], { env: cliEnv(env), stdio: 'ignore' });
    const exited = once(child, 'exit');
    await until('it asks', () => existsSync(pathsOf(config).probes));
    child.kill('SIGINT');
    expect(await exited).toEqual([130, null]);
    await until('the router has read what was written', () => readdirSync(pathsOf(config).intents).length === 0);
    expectClean();
  });

  it('says what is missing where nothing runs', async () => {
    expect(await latency()).toMatchObject({
      code: 3,
      stderr: expect.stringContaining('There is no journal') as string,
    });
    await start(...only('chemical-bus'));
    const alone = await latency();
    expect(alone).toMatchObject({ code: 3, stderr: expect.stringContaining('No intent_router runs') as string });
  });

  it('draws what it measured, as its examples do', async () => {
    await start(...only(...WHO_ANSWERS));
    const [plain = '', many = ''] = HealthLatency.examples.map((example) => example.replace('<%= config.bin %> ', ''));
    const { code, stdout } = await kloros(plain.split(' '), { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^file → answer +\d/m);
    expect(stdout).toMatch(/ – .+ \d+ █/);
    expect(stdout).toContain('OK  20 of 20 probes were answered: p50');
    expect((await kloros(many.split(' '), { env })).code).toBe(0);
  });
});
