import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoadReport } from '../../src/lib/load/judge.js';
import { bin, cliEnv, kloros } from '../helpers/cli.js';
import { until } from '../helpers/colony.js';

let beside: string;
beforeEach(() => void (beside = mkdtempSync(join(tmpdir(), 'kloros-bench-'))));
afterEach(() => rmSync(beside, { recursive: true }));

/** How fast the machine of the tests is decides nothing here. */
const env = () => ({
  KLOROS_HOME: join(beside, 'none'),
  KLOROS_HEALTH_CAPACITY_WARNING: '0',
  KLOROS_HEALTH_CAPACITY_CRITICAL: '0',
});

describe('kloros bench', () => {
  it('says what the machine holds, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await kloros(['bench', '--beside', beside, '--json'], { env: env() });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { result } = JSON.parse(stdout) as { result: LoadReport };
    const { emittedPerSecond, emittedInBatchesPerSecond, handledPerSecond, latency } = result;
    for (const rate of [emittedPerSecond, emittedInBatchesPerSecond, handledPerSecond]) expect(rate).toBeGreaterThan(0);
    expect(latency).toMatchObject({ count: 400, rate: 200 });
    expect(latency.bins.reduce((sum, { count }) => sum + count, 0)).toBe(400);
    expect(readdirSync(beside)).toEqual([]);
  });

  it('leaves nothing behind at Ctrl-C either', async () => {
    const child = spawn(process.execPath, [...bin, 'bench', '--beside', beside], {
      env: cliEnv(env()),
      stdio: 'ignore',
    });
    const exited = once(child, 'exit');
    await until('its home is there', () => readdirSync(beside).length > 0);
    child.kill('SIGINT');
    expect(await exited).toEqual([130, null]);
    expect(readdirSync(beside)).toEqual([]);
  });

  it('answers UNKNOWN where there is no such folder', async () => {
    const { code, stderr } = await kloros(['bench', '--beside', join(beside, 'nowhere')], { env: env() });
    expect(code).toBe(3);
    expect(stderr).toContain('There is no folder');
  });
});
