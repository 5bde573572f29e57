import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/lib/config/schema.js';
import { kloros } from '../helpers/cli.js';
import { removeHome, temporaryConfig } from '../helpers/colony.js';

let config: Config;
let env: Record<string, string>;
let file: string;
beforeEach(async () => {
  config = await temporaryConfig();
  env = { KLOROS_HOME: config.home };
  file = join(config.home, 'maintenance_mode');
});
afterEach(() => removeHome(config));

const maintenance = (...args: string[]) => kloros(['maintenance', ...args], { env });
const status = async () => JSON.parse((await maintenance('status', '--json')).stdout) as { result: object };

describe('kloros maintenance', () => {
  it('is turned on with a reason and an end, shown, and turned off', async () => {
    expect((await status()).result).toEqual({ on: false, maintenance: null });
    const on = await maintenance('on', '--reason', 'moving the disk', '--for', '30m', '--yes');
    expect(on.stdout).toBe('Maintenance is on for 30m; kloros maintenance off ends it\n');
    expect((await maintenance('status')).stdout).toMatch(/^maintenance, begun .*, ends in .*: moving the disk$/m);
    expect((await maintenance('off')).stdout).toMatch(/^Ended after /);
    expect([existsSync(file), (await status()).result]).toEqual([false, { on: false, maintenance: null }]);
  });

  it('honours and removes the file of another tool', async () => {
    writeFileSync(file, 'backup runs\n');
    expect((await status()).result).toMatchObject({ on: true, maintenance: { reason: 'backup runs', untilMs: null } });
    await maintenance('off');
    expect(existsSync(file)).toBe(false);
  });

  it('changes nothing in a dry run, nor unasked', async () => {
    expect((await maintenance('on', '--dry-run')).stdout).toContain(`Would write ${file}`);
    expect((await maintenance('on')).code).toBe(2);
    expect(existsSync(file)).toBe(false);
    writeFileSync(file, '');
    await maintenance('off', '--dry-run');
    expect(existsSync(file)).toBe(true);
  });

  it('is said in the list of daemons to hold back all but the hub', async () => {
    writeFileSync(file, 'backup runs');
    const { stdout } = await kloros(['daemon', 'list'], { env });
    expect(stdout).toMatch(/intent_router .*maintenance, begun .*: backup runs/);
    expect(stdout).not.toMatch(/chemical_bus .*maintenance/);
  });

  it('takes no end that is no duration', async () => {
    const { code, stdout } = await maintenance('on', '--for', 'soon', '--yes', '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([2, { error: { code: 'INVALID_DURATION' } }]);
  });
});
