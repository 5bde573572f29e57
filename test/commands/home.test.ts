import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/base/clock.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import type { Config } from '../../src/lib/config/schema.js';
import { kloros } from '../helpers/cli.js';
import { removeHome, silentLog, temporaryConfig } from '../helpers/colony.js';

describe('kloros home', () => {
  let config: Config;
  let copy: string;
  const home = (folder: string, ...args: string[]) => kloros(['home', ...args, '--home', folder]);
  const shown = async (folder: string) =>
    JSON.parse((await home(folder, 'show', '--json')).stdout) as { result: object };

  beforeEach(async () => {
    config = await temporaryConfig();
    copy = `${config.home}-copy`;
  });
  afterEach(() => {
    removeHome(config);
    rmSync(copy, { recursive: true, force: true });
  });

  it.each([
    ['bus', 'emit', 'Q_A'],
    ['intent', 'submit', '--question', 'What fills the disk?'],
    ['maintenance', 'on', '--yes'],
    ['peer', 'add', 'sensor', '--yes'],
    ['dream', 'init', '--yes'],
    ['suppress', 'add', 'discover.module.audio', '--yes'],
  ])('is made for its user alone by %s %s', async (...args) => {
    const made = join(config.home, 'new', 'home');
    expect(await kloros([...args, '--home', made])).toMatchObject({ code: 0 });
    expect(statSync(made).mode & 0o777).toBe(0o700);
  });

  it('lists and ends no process of the original from a copy, before and after the copy is written to', async () => {
    const pids = async (folder: string) => {
      const { stdout } = await kloros(['daemon', 'list', '--json', '--home', folder]);
      const { result } = JSON.parse(stdout) as { result: { name: string; pids: number[] }[] };
      return result.find(({ name }) => name === 'intent_router')?.pids;
    };
    const role = { name: 'intent_router', role: 'daemon:intent_router' };
    // This very process plays the daemon: it would not live to see the end of this test.
    const original = await openBus({ config, clock: systemClock, log: silentLog, ...role });
    try {
      // Not by this process: to close a file of the journal would take away the locks that it holds there.
      execFileSync('cp', ['-a', config.home, copy]);
      const stop = () => kloros(['daemon', 'stop', 'intent-router', '--yes', '--home', copy]);
      expect([await pids(copy), await pids(config.home)]).toEqual([[], [process.pid]]);
      expect(await stop()).toMatchObject({ code: 0 });
      await kloros(['bus', 'emit', 'Q_A', '--home', copy]);
      expect([await pids(copy), await pids(config.home)]).toEqual([[], [process.pid]]);
      expect(await stop()).toMatchObject({ code: 0 });
    } finally {
      await original.close();
    }
  });

  it('shows a home in which nothing has run, and makes nothing in it', async () => {
    const before = readdirSync(config.home);
    expect((await shown(config.home)).result).toMatchObject({ home: null, isPaused: false });
    expect(readdirSync(config.home)).toEqual(before);
  });

  it('keeps the daemons of a copy paused, whatever is resumed, until it is adopted', async () => {
    await kloros(['bus', 'emit', 'Q_A', '--home', config.home]);
    cpSync(config.home, copy, { recursive: true });
    await kloros(['bus', 'emit', 'Q_A', '--home', copy]);
    const resumed = await kloros(['daemon', 'resume', '--home', copy]);
    expect(resumed.stdout).not.toContain('Goes on');
    expect(resumed.stderr).toContain('kloros home adopt');
    expect((await shown(copy)).result).toMatchObject({ isPaused: true, home: { original: { path: config.home } } });
    expect((await home(copy, 'adopt', '--dry-run')).stdout).toContain('deploy root');
    expect((await home(copy, 'adopt')).code).toBe(2);
    expect((await shown(copy)).result).toMatchObject({ isPaused: true });
    expect(await home(copy, 'adopt', '--yes')).toMatchObject({ code: 0 });
    expect((await shown(copy)).result).toMatchObject({ isPaused: false });
  });
});
