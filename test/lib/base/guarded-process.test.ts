import { execFile, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { runGuarded, type GuardedOptions, type GuardedResult } from '../../../src/lib/base/guarded-process.js';
import { until } from '../../helpers/colony.js';
import { removeTemporaryFolders, temporaryFolder } from '../../helpers/temporary-folders.js';

const DESCRIPTORS = 128;
const MODULE = new URL('../../../src/lib/base/guarded-process.ts', import.meta.url).pathname;
const PROGRAM = `
import { closeSync, openSync } from 'node:fs';
import { runGuarded } from '${MODULE}';
const run = () => runGuarded({
  command: 'true', args: [], cwd: '.', env: {}, input: '', timeoutMs: 60000, memoryBytes: 1e12, maxStdoutBytes: 1e6,
  mark: 'descriptors', abort: new AbortController().signal,
});
const first = await run();
const open = [];
try { for (;;) open.push(openSync('/dev/null')); } catch { /* None is left. */ }
const second = await run();
for (const file of open) closeSync(file);
console.log(JSON.stringify([first, second, await run()]));
`;

describe('a program that is guarded', () => {
  afterAll(removeTemporaryFolders);

  it('is a failure in words where no descriptor is left to start it, and the next is started', async () => {
    const path = join(temporaryFolder(), 'program.mts');
    writeFileSync(path, PROGRAM);
    const line = `ulimit -n ${DESCRIPTORS}; exec "$@"`;
    const { stdout } = await promisify(execFile)('sh', ['-c', line, 'sh', process.execPath, '--import', 'tsx', path]);
    const results = JSON.parse(stdout) as GuardedResult[];
    expect(results.map(({ end }) => end)).toEqual(['exited', 'not-started', 'exited']);
    expect(results[1]?.stderr).toContain('EMFILE');
  });

  describe('that starts others without its group, session and environment', () => {
    const guarded = (line: string, more: Partial<GuardedOptions> = {}) =>
      runGuarded({
        ...{ command: 'sh', args: ['-c', line], cwd: '.', env: {}, input: '', timeoutMs: 60_000 },
        ...{ memoryBytes: 1e12, maxStdoutBytes: 1e6, mark: 'orphans', abort: new AbortController().signal, ...more },
      });
    /** The program ends when the sleeper has told its pid; what started that one has ended by then. */
    const leaving = (start: (line: string) => string, file: string) =>
      `${start(`env -i setsid sh -c 'echo $$ >${file}; exec sleep 1000' >/dev/null 2>&1`)}
       until [ -s ${file} ]; do sleep 0.01; done`;
    const isThere = (pid: string) => existsSync(`/proc/${pid}`);

    it.each([
      ['once', (line: string) => `${line} &`],
      ['twice', (line: string) => `(${line} &) &`],
    ])('leaves none of them behind when it forks %s, and no zombie', async (_how, start) => {
      const folder = temporaryFolder();
      expect(await guarded(leaving(start, join(folder, 'pid')))).toMatchObject({ end: 'exited', exitCode: 0 });
      expect(readPid(folder)).toMatch(/^\d+$/);
      expect(isThere(readPid(folder))).toBe(false);
    });

    it('keeps those of a program that still runs, and children that this process started itself', async () => {
      const folder = temporaryFolder();
      const control = new AbortController();
      const running = guarded(`(env -i setsid sleep 1000 >/dev/null 2>&1 & echo $! >${folder}/pid); sleep 1000`, {
        abort: control.signal,
      });
      await until('it has started one', () => existsSync(join(folder, 'pid')) && readPid(folder) !== '');
      const own = spawn('sleep', ['1000'], { stdio: 'ignore' });
      await guarded('true');
      expect([isThere(readPid(folder)), isThere(String(own.pid))]).toEqual([true, true]);
      control.abort();
      await running;
      expect([isThere(readPid(folder)), isThere(String(own.pid))]).toEqual([false, true]);
      own.kill('SIGKILL');
    });
  });
});

function readPid(folder: string): string {
  return readFileSync(join(folder, 'pid'), 'utf8').trim();
}
