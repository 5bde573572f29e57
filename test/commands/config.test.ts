import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import ConfigPath from '../../src/commands/config/path.js';
import ConfigShow from '../../src/commands/config/show.js';
import { kloros, type CliResult } from '../helpers/cli.js';
import { examplesOf } from '../helpers/examples.js';

let cwd: string;
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'kloros-config-command-'));
  mkdirSync(join(cwd, 'colony'));
  writeFileSync(join(cwd, 'kloros.yaml'), 'portBase: 9100\n');
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

const config = (args: string[], env: Record<string, string> = {}): Promise<CliResult> =>
  kloros(['config', ...args], { cwd, env: { HOME: cwd, ...env } });
const json = ({ stdout }: CliResult): unknown => JSON.parse(stdout);

describe('config show', () => {
  it('says of every value where it came from', async () => {
    const { stdout } = await config(['show', '--home', 'colony'], { KLOROS_HEALTH_LAG_WARNING: '70' });
    expect(stdout).toMatch(new RegExp(`^home +${cwd}/colony +flag --home$`, 'm'));
    expect(stdout).toMatch(/^health\.lagWarning +70 +environment KLOROS_HEALTH_LAG_WARNING$/m);
    expect(stdout).toMatch(new RegExp(`^portBase +9100 +${cwd}/kloros.yaml:1$`, 'm'));
    expect(stdout).toMatch(/^retention\.days +30 +default$/m);
    expect(stdout).toMatch(/^retention\.maxBytes +1073741824 \(1 GiB\) +default$/m);
  });

  it('shows one setting or one group, with its warnings in the document', async () => {
    const env = { KLOROS_PORT_BAES: '1' };
    expect(json(await config(['show', 'hub', '--json']))).toMatchObject({
      result: { 'hub.xsub': { from: 'default' } },
    });
    expect(json(await config(['show', 'portBase', '--json'], env))).toEqual({
      status: 0,
      result: { portBase: { value: 9100, from: `${cwd}/kloros.yaml:1` } },
      warnings: ['KLOROS_PORT_BAES sets nothing; did you mean KLOROS_PORT_BASE?'],
    });
  });

  it('suggests a setting for a wrong name', async () => {
    const result = await config(['show', 'monitor.interval', '--json']);
    expect(json(result)).toMatchObject({ status: 3, error: { why: 'did you mean monitor.intervalMs?' } });
  });

  it('shows a setting by its earlier key as what it is called now', async () => {
    expect(json(await config(['show', 'monitor.stalledMs', '--json']))).toMatchObject({
      result: { 'health.stalledMs': { value: 7_200_000 } },
    });
  });

  it('ends with 2 and the variable when a value is wrong', async () => {
    const { code, stderr } = await config(['show'], { KLOROS_PORT_BASE: 'x' });
    expect(code).toBe(2);
    expect(stderr).toContain('Error: The configuration is wrong at environment KLOROS_PORT_BASE\nWhy:   portBase: ');
  });
});

describe('config path', () => {
  it('says which files were read, and where the colony is', async () => {
    expect(json(await config(['path', '--home', 'colony', '--json']))).toMatchObject({
      result: {
        files: [
          { path: `${cwd}/kloros.yaml`, used: true },
          { path: `${cwd}/colony/config.yaml`, used: false },
          { path: '/etc/kloros/config.yaml' },
        ],
        paths: { intents: `${cwd}/colony/intents` },
      },
    });
    expect((await config(['path'])).stdout).toMatch(/kloros\.yaml +read$/m);
  });
});

describe('the examples in the help', () => {
  it.each([...examplesOf(ConfigShow), ...examplesOf(ConfigPath)])('of config: %s', async (example) => {
    const { code, stdout } = await kloros(example.split(' '), { cwd, env: { HOME: cwd } });
    expect(code).toBe(0);
    expect(stdout).not.toBe('');
  });
});
