import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startWatchdog } from '../../../src/lib/base/watchdog.js';

const path = (name: string) => fileURLToPath(new URL(`../../../${name}`, import.meta.url));
const isBuilt = existsSync(path('dist/lib/base/watchdog.js'));

/** Starts a process under a watchdog of a second and tells it what to do; answers how it ended. */
async function endOf(what: 'still' | 'end') {
  const child = fork(path('test/fixtures/processes/stall.mjs'), { silent: true });
  let said = '';
  child.stderr?.on('data', (bytes: Buffer) => (said += bytes.toString()));
  await once(child, 'message');
  child.send(what);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, said };
}

describe.skipIf(!isBuilt)('the watchdog', () => {
  it('ends a process whose event loop stands still, and says so as a critical line of the journal', async () => {
    const { signal, said } = await endOf('still');
    expect(signal).toBe('SIGKILL');
    expect(said).toMatch(/^<2>The event loop of process \d+ stood still for 1 s: the process is ended\n$/);
  });

  it('lets a process end that called it off', async () => {
    expect(await endOf('end')).toEqual({ code: 0, signal: null, said: '' });
  });

  it('guards the built program only', async () => {
    const callOff = await startWatchdog(1);
    await expect(callOff()).resolves.toBeUndefined();
  });
});
