import { beforeEach, describe, expect, it } from 'vitest';
import { KlorosError } from '../../../src/lib/base/errors.js';
import type { Config } from '../../../src/lib/config/schema.js';
import { startReloadable, type ReloadableDaemon } from '../../../src/lib/runtime/reloadable.js';
import type { RunningDaemon } from '../../../src/lib/runtime/run-options.js';

describe('a daemon that reads its settings anew', () => {
  let events: string[];
  let read: () => Promise<Config>;
  let refused: string[];
  let fail: (error: Error) => void;
  let daemon: ReloadableDaemon;
  let nowMs: number;
  let stopFails: boolean;
  const settings = (name: string, home = '/srv/home') => ({ home, host: name }) as Config;

  /** One that says which settings it has. */
  async function start({ host }: Config): Promise<RunningDaemon> {
    events.push(`start ${host}`);
    if (refused.includes(host)) throw new KlorosError({ code: 'PORT_TAKEN', message: 'A port is taken', why: 'by x' });
    let stopped = () => undefined as void;
    const done = new Promise<void>((resolve, reject) => {
      stopped = resolve;
      fail = reject;
    });
    const stop = async () => {
      events.push(`stop ${host}`);
      stopped();
      if (stopFails) throw new Error('the disk is full');
    };
    const vitals = () => ({ isAlive: true, words: `works with ${host}` });
    return { stop, rest: stop, stays: async () => false, restingMs: () => 5, vitals, done };
  }

  beforeEach(async () => {
    [events, refused, nowMs, stopFails] = [[], [], 0, false];
    read = async () => settings('new');
    const clock = { monotonicMs: () => nowMs };
    daemon = await startReloadable({ config: settings('old'), read: () => read(), start, clock });
  });

  it('ends in order, goes on with the new ones, and is not over in between', async () => {
    expect(await daemon.reload()).toBeUndefined();
    expect(events).toEqual(['start old', 'stop old', 'start new']);
    expect(daemon.vitals()).toEqual({ isAlive: true, words: 'works with new' });
    await daemon.stop();
    await daemon.done;
    expect(events.at(-1)).toBe('stop new');
  });

  it('does not stop for settings that are wrong, and says so until they are right', async () => {
    read = () => Promise.reject(new KlorosError({ code: 'INVALID_CONFIG', message: 'It is wrong', why: 'line 3' }));
    expect(await daemon.reload()).toBe('It is wrong: line 3');
    expect(events).toEqual(['start old']);
    expect(daemon.vitals().words).toBe('works with old; its settings stay those from before: It is wrong: line 3');
    read = async () => settings('right');
    await daemon.reload();
    expect(daemon.vitals().words).toBe('works with right');
  });

  it('goes on with the old ones where it cannot start with the new', async () => {
    refused = ['new'];
    expect(await daemon.reload()).toBe('A port is taken: by x');
    expect(events).toEqual(['start old', 'stop old', 'start new', 'start old']);
    expect(daemon.vitals().words).toContain('works with old; its settings stay');
  });

  it('fails where it cannot go on with either', async () => {
    refused = ['new', 'old'];
    await expect(daemon.reload()).rejects.toThrow('A port is taken');
    await expect(daemon.done).rejects.toThrow('A port is taken');
  });

  it('takes up new settings also where the old ones could not be ended in order', async () => {
    stopFails = true;
    expect(await daemon.reload()).toBeUndefined();
    expect(daemon.vitals().words).toBe('works with new');
  });

  it('moves to no other home', async () => {
    read = async () => settings('new', '/srv/other');
    expect(await daemon.reload()).toBe('another home, /srv/other, needs a restart');
    expect(events).toEqual(['start old']);
  });

  it('lives while it swaps, for a minute at most, and is never idle then', async () => {
    let go = (_config: Config) => undefined as void;
    read = () => new Promise((resolve) => (go = resolve));
    const reloaded = daemon.reload();
    expect(daemon.vitals()).toEqual({ isAlive: true, words: 'Reads its settings anew' });
    expect(daemon.restingMs()).toBe(0);
    nowMs = 60_000;
    expect(daemon.vitals().isAlive).toBe(false);
    const stopped = daemon.stop();
    go(settings('new'));
    await Promise.all([reloaded, stopped]);
    expect(events).toEqual(['start old', 'stop old', 'start new', 'stop new']);
    expect(daemon.restingMs()).toBe(5);
  });

  it('fails when the one that works fails', async () => {
    await daemon.reload();
    fail(new Error('the disk is gone'));
    await expect(daemon.done).rejects.toThrow('the disk is gone');
  });
});
