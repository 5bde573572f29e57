import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../src/lib/config/schema.js';
import { kloros } from '../helpers/cli.js';
import { removeHome, temporaryConfig } from '../helpers/colony.js';

let config: Config;
let env: Record<string, string>;
beforeEach(async () => {
  config = await temporaryConfig();
  env = { KLOROS_HOME: config.home, KLOROS_PORT_BASE: String(config.portBase) };
});
afterEach(() => removeHome(config));

const suppress = (...args: string[]) => kloros(['suppress', ...args], { env });

describe('kloros suppress', () => {
  it('adds a question with reason and end, lists it, and removes it', async () => {
    const added = await suppress('add', 'q.1', '--reason', 'phantom', '--for', '1d', '--yes');
    expect(added.stdout).toBe('Suppressed q.1 for 1d; kloros suppress remove lifts it\n');
    expect((await suppress('list')).stdout).toMatch(/^q\.1 +operator +0 .* in .* phantom$/m);
    expect((await suppress('remove', 'q.1')).stdout).toMatch(/^Lifted the suppression of q\.1/);
    expect(JSON.parse((await suppress('list', '--json')).stdout)).toMatchObject({ result: [] });
  });

  it('suggests the question that was meant when one is not suppressed', async () => {
    await suppress('add', 'discover.module.audio', '--yes');
    const { code, stdout } = await suppress('remove', 'discover.module.audo', '--json');
    expect([code, JSON.parse(stdout)]).toMatchObject([
      3,
      { error: { code: 'SUPPRESSION_NOT_FOUND', why: 'did you mean discover.module.audio?' } },
    ]);
  });

  it('changes nothing in a dry run, nor unasked', async () => {
    expect((await suppress('add', 'q.1', '--dry-run')).stdout).toBe('Would suppress q.1\n');
    expect((await suppress('add', 'q.1')).code).toBe(2);
    expect((await suppress('list')).stderr).toContain('There is no journal');
  });
});
