import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import type { GuardedResult } from '../../../src/lib/base/guarded-process.js';
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
});
