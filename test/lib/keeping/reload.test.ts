import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { noteReload, type ReloadReport } from '../../../src/lib/base/reload-report.js';
import type { KeptDaemon } from '../../../src/lib/keeping/keeper.js';
import { reloadAll } from '../../../src/lib/keeping/reload.js';

describe('a reload that somebody waits for', () => {
  let folder: string;
  let daemon: ChildProcess;
  let pid: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kloros-reload-'));
    daemon = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1e6)']);
    pid = daemon.pid ?? 0;
  });
  afterEach(async () => {
    const ended = daemon.exitCode !== null || daemon.signalCode !== null ? undefined : once(daemon, 'exit');
    daemon.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true });
  });

  const report = (parts: Partial<ReloadReport> = {}) =>
    noteReload(folder, 'hub', { pid, begunNs: process.hrtime.bigint(), outcome: 'reloaded', why: null, ...parts });

  async function outcome(answer: () => unknown, has: number | null = pid, timeoutMs = 20_000) {
    const kept = { name: 'hub', keeper: 'x', state: 'ready', pid: has, restarts: 0, why: null } satisfies KeptDaemon;
    const keeper = { look: async () => [kept], reload: async () => Promise.resolve(answer()).then(() => undefined) };
    const [told] = await reloadAll(keeper, ['hub'], { folder, timeoutMs, abort: new AbortController().signal });
    return [told?.outcome, told?.why];
  }

  it('is over with what the daemon itself reports', async () => {
    expect(await outcome(() => report())).toEqual(['reloaded', null]);
    expect(await outcome(() => report({ outcome: 'refused', why: 'a port is taken' }))).toEqual([
      'refused',
      'a port is taken',
    ]);
  });

  it('takes no report of an earlier reload, or of an earlier process, for its own', async () => {
    await report();
    expect((await outcome(() => undefined, pid, 120))[0]).toBe('unknown');
    expect((await outcome(() => report({ pid: 1 }), pid, 120))[0]).toBe('unknown');
  });

  it('says that a process ended instead', async () => {
    expect(await outcome(() => daemon.kill('SIGKILL'))).toEqual(['ended', `its process ${pid} ended meanwhile`]);
  });

  it('does not wait for one that has no process', async () => {
    expect((await outcome(() => undefined, null))[0]).toBe('not running');
  });
});
