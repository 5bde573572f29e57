import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DemoResult } from '../../src/lib/cli/demo-report.js';
import { gypOfNpm } from '../../src/lib/demo/real-code.js';
import { bin, cliEnv, klorosAlone as kloros } from '../helpers/cli.js';
import { until } from '../helpers/colony.js';

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

describe('a demo that does not reach its end', () => {
  let folder: string;
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'kloros-demo-test-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Starts it with a folder of its own for temporary files, which its daemons inherit and can be told by. */
  function begin() {
    const child = spawn(process.execPath, [...bin, 'demo'], { env: cliEnv({ TMPDIR: folder }), stdio: 'pipe' });
    let said = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += String(chunk)));
    return { child, closed: once(child, 'close'), said: () => said };
  }

  /** A file of the demo's home, once it is there. */
  async function fileOf(name: string): Promise<string> {
    const homes = () => readdirSync(folder).map((sandbox) => join(folder, sandbox, 'home', name));
    await until(`${name} is there`, () => homes().some((path) => existsSync(path)));
    return homes().find((path) => existsSync(path))!;
  }

  /** Processes that have the folder in their environment. */
  function processes(): string[] {
    return readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(`TMPDIR=${folder}\0`);
      } catch {
        return false; // It has ended, or is somebody else's.
      }
    });
  }

  it('says which step failed and why, exits with 1, and leaves nothing behind', LIMIT, async () => {
    const demo = begin();
    writeFileSync(await fileOf('capabilities.yaml'), 'audio: [no, map');
    expect(await demo.closed).toEqual([1, null]);
    expect(demo.said()).toMatch(/Error: The question about \w+ should have been announced, and was refused\nWhy: /);
    expect(demo.said()).toContain('The daemons said last:');
    expect({ files: readdirSync(folder), processes: processes() }).toEqual({ files: [], processes: [] });
  });

  it('ends at Ctrl-C while its daemons start, with 130, and leaves nothing behind', LIMIT, async () => {
    const demo = begin();
    await fileOf('journal/signals.db');
    expect(processes().length).toBeGreaterThan(1);
    demo.child.kill('SIGINT');
    expect(await demo.closed).toEqual([130, null]);
    expect({ files: readdirSync(folder), processes: processes() }).toEqual({ files: [], processes: [] });
  });

  it('ends at Ctrl-C in the middle of its questions as well', LIMIT, async () => {
    const demo = begin();
    await until('a module is registered', () => /investigated → registered/.test(demo.said()), 120_000);
    demo.child.kill('SIGINT');
    expect(await demo.closed).toEqual([130, null]);
    expect(demo.said()).not.toContain('The daemons said last:');
    expect({ files: readdirSync(folder), processes: processes() }).toEqual({ files: [], processes: [] });
  });
});
