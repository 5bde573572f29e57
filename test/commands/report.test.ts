import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import Report from '../../src/commands/report.js';
import type { Config } from '../../src/lib/config/schema.js';
import { kloros } from '../helpers/cli.js';
import { removeHome, temporaryConfig } from '../helpers/colony.js';
import { examplesOf } from '../helpers/examples.js';

let config: Config;
let env: Record<string, string>;
beforeEach(async () => {
  config = await temporaryConfig();
  // Nobody answers in this home, which the page may say at once.
  const quick = { KLOROS_HEALTH_ROUND_TRIP_TIMEOUT_MS: '50' };
  env = { KLOROS_HOME: config.home, KLOROS_PORT_BASE: String(config.portBase), ...quick };
});
afterEach(() => removeHome(config));

const run = (...args: string[]) => kloros(args, { env, cwd: config.home });

describe('kloros report', () => {
  it.each(examplesOf(Report))('writes a page of one file, as %s', async (example) => {
    await run('bus', 'emit', 'OBSERVATION', '--fact', 'text=private');
    const { code, stdout, stderr } = await run(...example.split(' '));
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'Wrote report.html\n', stderr: '' });
    const page = readFileSync(join(config.home, 'report.html'), 'utf8');
    expect(page).toMatch(/^<!doctype html>/i);
    expect(page).toContain('OBSERVATION');
    expect(page).not.toContain('private');
    expect(page).not.toMatch(/<script|<link|src="http/);
  });

  it('tells a program where it is and how all is', async () => {
    await run('bus', 'emit', 'OBSERVATION');
    const { stdout } = await run('report', '--html', 'report.html', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ status: 0, result: { html: 'report.html', status: 'CRITICAL' } });
  });

  it('has no page of a home in which nothing has ever run, and makes none', async () => {
    const { code, stderr } = await run('report', '--html', 'report.html');
    expect(code).toBe(3);
    expect(stderr).toContain('There is no journal');
    expect(existsSync(join(config.home, 'report.html'))).toBe(false);
  });

  it('says what is wrong with a place that cannot be written, or with none at all', async () => {
    await run('bus', 'emit', 'OBSERVATION');
    expect((await run('report', '--html', '/proc/report.html')).code).not.toBe(0);
    expect(await run('report')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('Error: Missing required flag html') as string,
    });
  });
});
