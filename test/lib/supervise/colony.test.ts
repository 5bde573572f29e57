import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import { startColony, type ColonyOptions, type Member } from '../../../src/lib/supervise/colony.js';
import type { Transition } from '../../../src/lib/supervise/managed-process.js';
import { DEFAULT_RESTART_POLICY } from '../../../src/lib/supervise/restart-policy.js';

const CHILD = fileURLToPath(new URL('../../fixtures/processes/child.mjs', import.meta.url));
const eventually = (check: () => void) => vi.waitFor(check, { timeout: 60_000 });
const POLICY = { ...DEFAULT_RESTART_POLICY, baseMs: 5, stopTimeoutMs: 300, readyTimeoutMs: 5_000 };
const MEMBERS: Member[] = [{ name: 'router' }, { name: 'hub', role: 'hub' }, { name: 'monitor' }];

describe('a colony', () => {
  let folder: string;
  let transitions: Transition[];
  let lines: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kloros-colony-'));
    transitions = [];
    lines = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const trailPath = () => join(folder, 'trail');
  const trail = () => (existsSync(trailPath()) ? readFileSync(trailPath(), 'utf8').trim().split('\n') : []);
  const who = (word: string) =>
    trail()
      .filter((line) => line.includes(` ${word}`))
      .map((line) => line.split(' ')[0]);
  const statesOf = (name: string) => transitions.filter((step) => step.name === name).map((step) => step.state);
  const isGone = (pid: number) =>
    !existsSync(`/proc/${pid}`) || readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z');

  function start(steps: Record<string, string[]> = {}, options: Partial<ColonyOptions> = {}) {
    return startColony({
      members: MEMBERS,
      commandOf: (name) => ({
        command: process.execPath,
        args: [CHILD, trailPath(), name, ...(steps[name] ?? [])],
        env: process.env,
      }),
      clock: systemClock,
      random: () => 0.5,
      policy: POLICY,
      onLine: (name, line) => lines.push(`${name}: ${line}`),
      onTransition: (transition) => transitions.push(transition),
      ...options,
    });
  }

  it('starts the hub before all others, is ready when all are, and stops the hub last', async () => {
    const colony = await start();
    expect(colony.statuses().map((status) => status.state)).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
    await colony.stop();
    await colony.done;
    expect(who('start')[0]).toBe('hub');
    expect(who('term').at(-1)).toBe('hub');
    expect(statesOf('hub')).toEqual(['STARTING', 'RUNNING', 'STOPPING', 'STOPPED']);
    expect(transitions.find((step) => step.state === 'RUNNING')?.startedInMs).toBeGreaterThan(0);
  });

  it('starts a member again that was killed, and says why', async () => {
    const colony = await start();
    const first = colony.statuses().find((status) => status.name === 'router')?.pid ?? 0;
    process.kill(first, 'SIGKILL');
    await eventually(() => expect(colony.statuses().find(({ name }) => name === 'router')?.starts).toBe(2));
    await eventually(() =>
      expect(statesOf('router')).toEqual(['STARTING', 'RUNNING', 'BACKOFF', 'STARTING', 'RUNNING']),
    );
    expect(transitions.find((step) => step.state === 'BACKOFF')).toMatchObject({
      why: 'it was ended by SIGKILL',
      delayMs: 5,
    });
    await colony.stop();
  });

  it('gives up a member that keeps ending, and the others go on', async () => {
    const colony = await start({ monitor: ['once'] }, { policy: { ...POLICY, maxStarts: 1 } });
    await eventually(() => expect(statesOf('monitor').at(-1)).toBe('FATAL'));
    expect(colony.statuses().map((status) => status.state)).toEqual(['RUNNING', 'RUNNING', 'FATAL']);
    await colony.stop();
    await colony.done;
  });

  it('lets a member rest that has nothing to do, and starts it once for many wishes', async () => {
    const colony = await start({ router: ['rest'] });
    await eventually(() => expect(statesOf('router').at(-1)).toBe('IDLE'));
    for (let wish = 0; wish < 5; wish += 1) colony.wake('router');
    await eventually(() => expect(statesOf('router').at(-1)).toBe('RUNNING'));
    colony.wake('router');
    expect(colony.statuses().find(({ name }) => name === 'router')).toMatchObject({ starts: 2 });
    expect(statesOf('router')).not.toContain('BACKOFF');
    await colony.stop();
  });

  it('stops a member that rests', async () => {
    const colony = await start({ router: ['rest'] });
    await eventually(() => expect(statesOf('router').at(-1)).toBe('IDLE'));
    await colony.stop();
    await colony.done;
    expect(colony.statuses().map(({ state }) => state)).toEqual(['STOPPED', 'STOPPED', 'STOPPED']);
  });

  it('stops the rest when the hub is given up, and says so', async () => {
    const colony = await start({ hub: ['once'] }, { policy: { ...POLICY, maxStarts: 1 } });
    await expect(colony.done).rejects.toMatchObject({ code: 'DAEMON_FATAL', why: 'it ended with exit code 7' });
    expect(who('term').sort()).toEqual(['monitor', 'router']);
  });

  it('refuses with the reason of the member that cannot start, tries it once, and leaves nothing running', async () => {
    await expect(start({ monitor: ['refuse'] })).rejects.toMatchObject({
      code: 'ALREADY_RUNNING',
      why: 'its pid is 42',
      next: ['stop it'],
    });
    expect(who('start').filter((name) => name === 'monitor')).toHaveLength(1);
    expect(who('term').at(-1)).toBe('hub');
  });

  it('does not start the others when the hub is refused', async () => {
    await expect(start({ hub: ['refuse'] })).rejects.toMatchObject({ code: 'ALREADY_RUNNING' });
    expect(new Set(who('start'))).toEqual(new Set(['hub']));
  });

  it('gives up a start that crashes again and again', async () => {
    await expect(start({ router: ['crash'] })).rejects.toMatchObject({
      code: 'DAEMON_FATAL',
      why: 'it ended with exit code 1',
    });
    expect(who('start').filter((name) => name === 'router')).toHaveLength(5);
  });

  it('ends a start that is not ready in time', async () => {
    const policy = { ...POLICY, readyTimeoutMs: 400, maxStarts: 1 };
    await expect(start({ router: ['never'] }, { policy })).rejects.toMatchObject({
      why: 'it was not ready after 400 ms',
    });
  });

  it('says so when the command does not exist', async () => {
    const commandOf = () => ({ command: join(folder, 'missing'), args: [], env: {} });
    await expect(start({}, { commandOf })).rejects.toMatchObject({ why: expect.stringContaining('ENOENT') as string });
  });

  it('forces a member that does not stop', async () => {
    const colony = await start({ router: ['deaf'] });
    const pid = colony.statuses().find((status) => status.name === 'router')?.pid ?? 0;
    await colony.stop();
    expect(trail()).toContain('router ignored term');
    expect(isGone(pid)).toBe(true);
  });

  it('stops in order when it is aborted before it is ready', async () => {
    const abort = new AbortController();
    const onTransition = (step: Transition) => {
      if (step.name === 'hub' && step.state === 'RUNNING') setImmediate(() => abort.abort());
    };
    await expect(start({ router: ['never'] }, { abort: abort.signal, onTransition })).rejects.toThrow();
    await eventually(() => expect(who('term').at(-1)).toBe('hub'));
  });

  it('passes every line on, the last one without a newline too', async () => {
    const colony = await start({ router: ['talk'] });
    await colony.stop();
    expect(lines).toEqual(['router: first line', 'router: last line without a newline']);
  });
});
