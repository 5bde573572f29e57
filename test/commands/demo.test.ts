import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { DemoResult } from '../../src/lib/cli/demo-report.js';
import { gypOfNpm } from '../../src/lib/demo/real-code.js';
import { klorosAlone as kloros } from '../helpers/cli.js';

/** Dozens of processes, on a machine that may be slow. */
const LIMIT = { timeout: 400_000 };

describe('kloros demo', () => {
  it('registers real code, deploys a better configuration and takes it back, and cleans up', LIMIT, async () => {
    // Node as distributions package it may come without npm, or with an npm without it.
    const gyp = (await gypOfNpm(process.env, process.execPath)) === undefined ? [] : ['gyp'];
    const { code, stdout, stderr } = await kloros(['demo', '--json'], { env: { KLOROS_HOME: '/nowhere' } });
    expect(`${code} ${stderr}`).toBe('0 ');
    const { result } = JSON.parse(stdout) as { result: DemoResult };
    expect(result.learned.map(({ module }) => module)).toEqual(
      expect.arrayContaining([...gyp, 'signals', 'supervise', 'capabilities']),
    );
    const added = result.registryDiff.filter(({ kind }) => kind === 'added').map(({ text }) => text);
    for (const { module } of result.learned) expect(added).toContain(`${module}:`);
    expect(result.registryDiff.some(({ kind }) => kind === 'removed')).toBe(false);
    expect(result.latencies.map(({ hop }) => hop)).toContain('investigated → registered');
    expect(result.evolved.fitness_improvement).toBeGreaterThan(0);
    const changed = result.evolved.fileDiff.filter(({ kind }) => kind === 'added').map(({ text }) => text);
    expect(changed).toContain(`COMPRESSION_CODEC=${String(result.evolved.params['codec'])}   # since 2019`);
    expect(existsSync(dirname(result.home))).toBe(false);
  });
});
