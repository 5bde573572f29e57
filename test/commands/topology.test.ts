import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Config } from '../../src/lib/config/schema.js';
import { kloros } from '../helpers/cli.js';
import { removeHome, temporaryConfig } from '../helpers/colony.js';

let config: Config;
const run = (...args: string[]) => kloros(['topology', ...args], { env: { KLOROS_HOME: config.home } });

beforeAll(async () => void (config = await temporaryConfig()));
afterAll(() => removeHome(config));

describe('kloros topology', () => {
  it('is a table, a drawing, and a check that fails where nobody runs', async () => {
    const [table, svg, check] = await Promise.all([run(), run('--svg'), run('check', '--json')]);
    expect(table.stdout).toMatch(/^WHO +IS +PORT +SAYS +HEARS\nchemical_bus/);
    expect(svg).toMatchObject({ code: 0, stdout: expect.stringContaining('</svg>') as string });
    expect(check.code).toBe(2);
    expect(JSON.parse(check.stdout)).toMatchObject({ status: 2, result: [{ code: 'NOT_RUNNING', level: 'problem' }] });
  });
});
