import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withFileLock } from '../../../src/lib/base/file-lock.js';

const HOLDER = fileURLToPath(new URL('../../helpers/lock-worker.ts', import.meta.url));

describe('the lock of a file', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kloros-lock-'));
    path = join(folder, 'rows.jsonl');
    writeFileSync(path, '');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const append = (line: string) => withFileLock(path, async () => appendFileSync(path, `${line}\n`));
  const lines = () => readFileSync(path, 'utf8').trim().split('\n');

  async function holder(): Promise<ChildProcess> {
    const child = fork(HOLDER, [path], { execArgv: ['--import', 'tsx'] });
    await once(child, 'message');
    return child;
  }

  it('lets one after the other do its work, and leaves nothing beside the file', async () => {
    let inside = 0;
    const work = async () => {
      inside += 1;
      await new Promise((resolve) => setImmediate(resolve));
      expect(inside).toBe(1);
      inside -= 1;
    };
    await Promise.all(Array.from({ length: 20 }, () => withFileLock(path, work)));
    expect(readdirSync(folder)).toEqual(['rows.jsonl']);
  });

  it('is free again after work that failed', async () => {
    await expect(withFileLock(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    await append('next');
    expect(lines()).toEqual(['next']);
  });

  it('is free from the moment in which its holder is killed', async () => {
    const child = await holder();
    child.kill('SIGKILL');
    await once(child, 'exit');
    await append('next');
    expect(lines()).toEqual(['next']);
    expect(readdirSync(folder)).toEqual(['rows.jsonl']);
  });

  it('stays with a holder that is stopped, which is named, and whose work is whole when it goes on', async () => {
    const child = await holder();
    child.kill('SIGSTOP');
    await expect(append('too early')).rejects.toMatchObject({
      code: 'FILE_BUSY',
      why: `Process ${child.pid} did not let go for eight seconds.`,
    });
    child.kill('SIGCONT');
    child.send('go on');
    await once(child, 'exit');
    await append('next');
    expect(lines()).toEqual(['holder', 'next']);
  }, 30_000);

  describe('where an older version locked by a folder', () => {
    const LONG_AGO_S = 1_700_000_000;
    const lockFolder = () => `${path}.lock`;
    beforeEach(() => mkdirSync(lockFolder()));

    it('removes the empty folder that a killed one left', async () => {
      utimesSync(lockFolder(), LONG_AGO_S, LONG_AGO_S);
      await append('next');
      expect(lines()).toEqual(['next']);
      expect(readdirSync(folder)).toEqual(['rows.jsonl']);
    });

    it('waits for one that lives and touches its folder', async () => {
      const waiting = append('next');
      utimesSync(lockFolder(), new Date(), new Date());
      expect(await Promise.race([waiting, new Promise((resolve) => setTimeout(resolve, 200, 'waits'))])).toBe('waits');
      rmSync(lockFolder(), { recursive: true });
      await waiting;
      expect(lines()).toEqual(['next']);
    });

    it('names a folder that holds something, and leaves it alone', async () => {
      writeFileSync(join(lockFolder(), 'notes'), 'mine');
      utimesSync(lockFolder(), LONG_AGO_S, LONG_AGO_S);
      await expect(append('next')).rejects.toMatchObject({
        code: 'LOCK_FOLDER',
        message: `${lockFolder()} is a folder, and keeps everybody from writing`,
      });
      expect(existsSync(join(lockFolder(), 'notes'))).toBe(true);
    });
  });
});
