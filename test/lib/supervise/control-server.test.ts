import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import { startColony, type Colony, type Member } from '../../../src/lib/supervise/colony.js';
import { tellSupervisor } from '../../../src/lib/supervise/control-client.js';
import { openControl } from '../../../src/lib/supervise/control-server.js';
import { lockHome } from '../../../src/lib/supervise/home-lock.js';

const CHILD = fileURLToPath(new URL('../../fixtures/processes/child.mjs', import.meta.url));
const MEMBERS: Member[] = [{ name: 'hub', role: 'hub' }, { name: 'router' }, { name: 'monitor' }];

describe('a supervisor that is told what to do', () => {
  let home: string;
  let colony: Colony | undefined;
  let close: () => Promise<void>;

  beforeEach(async () => {
    // Longer than the address of a socket may be.
    home = mkdtempSync(join(tmpdir(), `kloros-${'long-'.repeat(20)}`));
    ({ close } = await open());
  });
  afterEach(async () => {
    await colony?.stop();
    await close();
    colony = undefined;
    rmSync(home, { recursive: true });
  });

  const path = () => join(home, 'run', 'supervisor.sock');
  const open = () => openControl({ path: path(), home, detached: false, members: MEMBERS, colony: () => colony });
  const start = async (...names: string[]) => {
    colony = await startColony({
      members: MEMBERS.filter(({ name }) => names.includes(name)),
      commandOf: (name) => ({ command: process.execPath, args: [CHILD, join(home, 'trail'), name], env: process.env }),
      clock: systemClock,
      random: () => 0.5,
      onLine: () => undefined,
      onTransition: () => undefined,
    });
  };
  const tell = async (verb: 'status' | 'start' | 'stop' | 'restart', ...names: string[]) => {
    const told = await tellSupervisor(path(), { do: verb, names });
    return told?.daemons.map(({ name, state }) => `${name} ${state}`);
  };

  it('starts, stops and restarts one daemon, and takes up new ones', async () => {
    await start('hub');
    expect(await tell('start', 'router', 'stranger')).toEqual(['hub RUNNING', 'router RUNNING']);
    const pidBefore = colony?.statuses()[1]?.pid;
    expect(await tell('restart', 'router')).toEqual(['hub RUNNING', 'router RUNNING']);
    expect(colony?.statuses()[1]).toMatchObject({ starts: 2 });
    expect(colony?.statuses()[1]?.pid).not.toBe(pidBefore);
    expect(await tell('stop', 'router')).toEqual(['hub RUNNING', 'router STOPPED']);
    expect(await tell('start', 'router', 'hub')).toEqual(['hub RUNNING', 'router RUNNING']);
  });

  it('is over when the last of its daemons is stopped, and still answers', async () => {
    await start('hub', 'router');
    const over = colony?.done.then(() => close());
    expect(await tell('stop', 'hub', 'router')).toEqual(['hub STOPPED', 'router STOPPED']);
    await over;
    expect(await tell('status')).toBeUndefined();
  });

  it('only answers how it is before its daemons are ready', async () => {
    expect(await tell('status')).toEqual([]);
    await expect(tell('stop', 'hub')).rejects.toMatchObject({ code: 'NOT_READY' });
  });

  it('lets nobody but its user speak, and no second one have its door', async () => {
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    await expect(open()).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
  });

  it('takes the door of one that was killed', async () => {
    await close();
    writeFileSync(path(), '');
    ({ close } = await open());
    expect(await tell('status')).toEqual([]);
  });

  it('is waited for while it lives and its socket is away, and is never taken for gone', async () => {
    const lock = await lockHome(home);
    expect(await lockHome(home)).toBeUndefined();
    await close();
    const waiting = tell('status');
    ({ close } = await open());
    expect(await waiting).toEqual([]);
    await close();
    await expect(tell('stop', 'hub')).rejects.toMatchObject({
      code: 'SUPERVISOR_UNREACHABLE',
      why: expect.stringContaining(`its process ${process.pid} lives`) as string,
    });
    lock?.release();
    expect(await tell('status')).toBeUndefined();
  });

  it('is told from a program that does not answer', async () => {
    await close();
    const mute = createServer((socket) => socket.destroy());
    const folder = mkdtempSync(join(tmpdir(), 'kloros-mute-'));
    await new Promise<void>((resolve) => mute.listen(join(folder, 's'), resolve));
    await expect(tellSupervisor(join(folder, 's'), { do: 'status', names: [] })).rejects.toMatchObject({
      code: 'SUPERVISOR_UNREACHABLE',
    });
    mute.close();
    rmSync(folder, { recursive: true });
  });
});
