import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { flockHolders } from '../../../src/lib/base/flock.js';
import { lockHome, supervisorOf } from '../../../src/lib/supervise/home-lock.js';
import { until } from '../../helpers/colony.js';
import { temporaryFolder } from '../../helpers/temporary-folders.js';

const NOBODY = '65534';
const isRoot = process.getuid?.() === 0;

describe('the lock by which a supervisor is known', () => {
  let home: string;
  let child: ChildProcess | undefined;
  beforeEach(() => {
    home = temporaryFolder();
  });
  afterEach(() => child?.kill('SIGKILL'));

  /** Locks the folder in a process of another user, and keeps it. */
  async function strangerLocks(): Promise<number> {
    const asNobody = ['--reuid', NOBODY, '--regid', NOBODY, '--clear-groups'];
    child = spawn('setpriv', [...asNobody, 'flock', '--exclusive', '--no-fork', home, 'sleep', '1000']);
    await until('it is locked', () => flockHolders(statSync(home).ino).length > 0);
    return child.pid!;
  }

  it('names the process that has it, and nobody once it lets go', async () => {
    const lock = await lockHome(home);
    expect(supervisorOf(home)).toBe(process.pid);
    expect(await lockHome(home)).toBeUndefined();
    lock!.release();
    expect(supervisorOf(home)).toBeUndefined();
  });

  it.runIf(isRoot)('takes nobody for a supervisor who is another user and may just open the folder', async () => {
    chmodSync(home, 0o755);
    const pid = await strangerLocks();
    expect(flockHolders(statSync(home).ino)).toMatchObject([{ pid }]);
    expect(supervisorOf(home)).toBeUndefined();
    chmodSync(home, 0o770);
    expect(supervisorOf(home)).toBe(pid);
  });
});
