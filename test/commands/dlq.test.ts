import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PermanentError } from '../../src/lib/base/errors.js';
import { pathsOf } from '../../src/lib/config/paths.js';
import { defineDaemon } from '../../src/lib/runtime/define-daemon.js';
import { bin, cliEnv, kloros } from '../helpers/cli.js';
import { until } from '../helpers/colony.js';
import { startColony, type TestColony } from '../helpers/run.js';
import { signalOf } from '../helpers/signals.js';

let colony: TestColony;
let isBroken: (n: unknown) => boolean;
let handled: unknown[];

beforeEach(async () => {
  colony = await startColony({ delivery: { backoffMs: 1, maxBackoffMs: 5, pollMs: 20 } });
  isBroken = () => true;
  handled = [];
});
afterEach(() => colony.end());

const env = () => ({
  KLOROS_HOME: colony.config.home,
  KLOROS_PORT_BASE: String(colony.config.portBase),
  KLOROS_DLQ_QUARANTINE_AFTER: '2',
});
const dlq = (...args: string[]) => kloros(['dlq', ...args], { env: env() });
const file = () => pathsOf(colony.config).failedSignals;
const rows = () => readFileSync(file(), 'utf8').trimEnd().split('\n').filter(Boolean);
async function json(...args: string[]): Promise<unknown> {
  const { stdout } = await dlq(...args, '--json');
  return JSON.parse(stdout);
}

/** A daemon that fails for three causes until it is mended. */
async function fail(count: number): Promise<void> {
  await colony.start(
    defineDaemon({
      name: 'kloros_worker_daemon',
      purpose: 'test',
      hears: ['Q_A'],
      says: [],
      from: 'beginning',
      concurrency: 8,
      handle: ({ facts }) => {
        if (isBroken(facts['n']))
          throw new PermanentError({
            code: `CAUSE_${Number(facts['n']) % 3}`,
            message: `row ${String(facts['n'])} is bad`,
          });
        handled.push(facts['n']);
      },
    }),
  );
  await colony.bus.emit([...Array(count).keys()].map((n) => signalOf('Q_A', { n })));
  await until('all have failed', () => {
    try {
      return rows().length === count;
    } catch {
      return false;
    }
  });
}

describe('kloros dlq', () => {
  it('leads a new operator from a full queue of three causes to an empty one in five commands', async () => {
    await fail(500);
    const groups = await (json('groups') as Promise<{
      result: { group: string; count: number; sample: { id: string } }[];
    }>);
    expect(groups.result.map(({ count }) => count)).toEqual([167, 167, 166]);
    const [first] = groups.result;
    expect((await dlq('show', first!.sample.id)).stdout).toContain(`kloros dlq edit ${first!.sample.id}`);
    isBroken = () => false;
    const edited = await dlq('edit', first!.sample.id, '--set', 'n=1000', '--yes');
    expect(edited).toMatchObject({ code: 0 });
    const ramp = ['--ramp', '1,5,20,100', '--reason', 'mended', '--yes'];
    expect(await dlq('replay', '--group', first!.group, ...ramp)).toMatchObject({ code: 0 });
    expect(await dlq('replay', '--all', ...ramp)).toMatchObject({ code: 0 });
    expect(rows()).toEqual([]);
    expect(handled.length).toBe(500);
    expect(handled).toContain(1000);
    expect((await (json('list', '--archived') as Promise<{ result: unknown[] }>)).result).toHaveLength(500);
  });

  it('lists what is meant, and says with 3 that nothing is', async () => {
    await fail(6);
    const list = async (...args: string[]) =>
      (await (json('list', ...args) as Promise<{ result: { id: string }[] }>)).result.length;
    expect(await list()).toBe(6);
    expect(await list('--where', 'facts.n >= 4 && attempts == 1')).toBe(2);
    expect(await list('--daemon', 'worker', '--signal', 'Q_A', '--since', '1h')).toBe(6);
    expect(await list('--grep', 'ROW 3')).toBe(1);
    expect(await list('--where', 'error_class == "CAUSE_1"')).toBe(2);
    expect(await dlq('list', '--signal', 'Q_B')).toMatchObject({ code: 3 });
    expect(await dlq('show', '77')).toMatchObject({ code: 3 });
    expect(await dlq('list', '--where', 'facts.n >')).toMatchObject({ code: 2 });
    expect(await dlq('list', '--group', 'ffffffff')).toMatchObject({ code: 3 });
    expect((await (json('stats') as Promise<{ result: { open: number } }>)).result).toMatchObject({
      open: 6,
      groups: 3,
      quarantined: 0,
    });
  });

  it('shows what would happen and changes nothing; without a terminal it insists on --yes', async () => {
    await fail(3);
    const before = readFileSync(file());
    const dry = await (json('replay', '--all', '--dry-run') as Promise<{ result: { counts: Record<string, number> } }>);
    expect(dry.result.counts).toEqual({ 'Q_A → kloros_worker_daemon, to the daemon that failed': 3 });
    expect(await dlq('replay', '--all')).toMatchObject({ code: 2 });
    expect(await dlq('replay')).toMatchObject({ code: 2 });
    expect(await dlq('replay', '--all', '--ramp', '1,x', '--yes')).toMatchObject({ code: 2 });
    expect(await dlq('replay', '--resume', '--yes')).toMatchObject({ code: 3 });
    for (const flag of ['resume', 'abandon'])
      for (const more of ['17', '--all', '--rate=5', '--group=3fa9'])
        expect(await dlq('replay', `--${flag}`, more)).toMatchObject({
          code: 2,
          stderr: expect.stringContaining(flag) as string,
        });
    expect(readFileSync(file())).toEqual(before);
  });

  it('leaves what failed again too often out of a wide replay, and replays it by id', async () => {
    await fail(1);
    for (const times of [1, 2]) {
      expect(await dlq('replay', '--all', '--yes', '--reason', `try ${times}`)).toMatchObject({ code: 1 });
      await until('it is back', () => rows().some((row) => (JSON.parse(row) as { replay: number }).replay === times));
    }
    const wide = await dlq('replay', '--all', '--yes');
    expect(wide.code).toBe(3);
    expect(wide.stderr).toContain('quarantine');
    const [row] = (await (json('list') as Promise<{ result: { id: string; quarantined: boolean; replay: number }[] }>))
      .result;
    expect(row).toMatchObject({ quarantined: true, replay: 2 });
    expect((await dlq('show', row!.id)).stdout).toMatch(/Before[^]*try 1[^]*try 2/);
    isBroken = () => false;
    expect(await dlq('replay', row!.id, '--yes')).toMatchObject({ code: 0 });
    expect(handled).toEqual([0]);
  });

  /** A replay of 30 that Ctrl-C ends after some. */
  const interrupt = async () => {
    await fail(30);
    isBroken = () => false;
    const args = ['dlq', 'replay', '--all', '--rate', '10', '--yes'];
    const child = spawn(process.execPath, [...bin, ...args], { env: cliEnv(env()) });
    await until('some are handled', () => handled.length > 2);
    child.kill('SIGINT');
    expect((await once(child, 'close'))[0]).toBe(130);
    expect(handled.length).toBeLessThan(30);
    expect(rows().length).toBeGreaterThan(0);
  };

  it('leaves the rest of one that was interrupted in the queue with --abandon, and speaks of it no more', async () => {
    await interrupt();
    const before = rows();
    expect(await dlq('replay', '--abandon', '--dry-run')).toMatchObject({ code: 0 });
    const done = await dlq('replay', '--abandon', '--yes');
    expect(done).toMatchObject({ code: 0 });
    expect(done.stdout).toContain(`${rows().length} stay in the queue`);
    expect(rows().length).toBeLessThanOrEqual(before.length);
    expect(rows().length + handled.length).toBe(30);
    expect((await dlq('replay', '--all', '--yes')).stderr).not.toContain('not finished');
    expect([...handled].sort((a, b) => Number(a) - Number(b))).toEqual([...Array(30).keys()]);
  });

  it('goes on with --resume where Ctrl-C interrupted it', async () => {
    await interrupt();
    expect(await dlq('replay', '--resume', '--yes')).toMatchObject({ code: 0 });
    expect([...handled].sort((a, b) => Number(a) - Number(b))).toEqual([...Array(30).keys()]);
    expect(rows()).toEqual([]);
  });

  it('edits facts in the editor of a terminal only, and with --set and --facts anywhere', async () => {
    await fail(1);
    expect(await dlq('edit', '1', '--yes')).toMatchObject({ code: 2 });
    expect(await dlq('edit', '1', '--set', 'novalue', '--yes')).toMatchObject({ code: 2 });
    const dry = await (json('edit', '1', '--set', 'a.b=[1]', '--dry-run') as Promise<{ result: { emitted: unknown } }>);
    expect(dry.result.emitted).toBeNull();
    expect(rows()).toHaveLength(1);
    const facts = join(colony.config.home, 'facts.json');
    writeFileSync(facts, '{"n": 9}');
    isBroken = () => false;
    const { result } = await (json('edit', '1', '--facts', facts, '--yes') as Promise<{
      result: { emitted: { id: string; cause_id: string } };
    }>);
    await until('it is handled', () => handled.length === 1);
    expect(handled).toEqual([9]);
    const shown = await (json('show', '1') as Promise<{ result: { resolution: { kind: string; newId: string } } }>);
    expect(shown.result.resolution).toMatchObject({ kind: 'edited', newId: result.emitted.id });
  });

  it('opens $EDITOR on a terminal', async ({ skip }) => {
    await fail(1);
    const editor = join(colony.config.home, 'editor.sh');
    writeFileSync(editor, '#!/bin/sh\nprintf \'{"n": 5}\' > "$1"\n');
    chmodSync(editor, 0o755);
    isBroken = () => false;
    // script(1) lends a terminal.
    const line = [process.execPath, ...bin, 'dlq', 'edit', '1', '--yes'].join(' ');
    const child = spawn('script', ['-qec', line, '/dev/null'], { env: cliEnv({ ...env(), EDITOR: editor }) });
    const ended = await Promise.race([once(child, 'close'), once(child, 'error').then(() => undefined)]);
    if (ended === undefined) return skip('script(1) is not installed');
    expect(ended[0]).toBe(0);
    await until('it is handled', () => handled.length === 1);
    expect(handled).toEqual([5]);
  });

  it('prunes softly, by age, id or filter, and restores', async () => {
    await fail(3);
    appendFileSync(
      file(),
      '{"signal":"x","error":"old","timestamp":"2020-01-01T00:00:00Z","daemon":"peer"}\nno json\n',
    );
    const before = readFileSync(file());
    expect((await (json('prune', '--dry-run') as Promise<{ result: { matched: number } }>)).result.matched).toBe(1);
    expect(await dlq('prune', '--yes')).toMatchObject({ code: 0 });
    expect(rows()).toHaveLength(4);
    expect(await dlq('prune', '1', '2', '--yes', '--reason', 'harmless')).toMatchObject({ code: 0 });
    expect(await dlq('prune', '--older-than', '0s', '--grep', 'CAUSE', '--yes')).toMatchObject({ code: 0 });
    expect(rows()).toEqual(['no json']);
    expect(await dlq('restore')).toMatchObject({ code: 2 });
    expect((await (json('restore', '2') as Promise<{ result: { restored: string[] } }>)).result.restored).toEqual([
      '2',
    ]);
    expect(
      (await (json('restore', '--all') as Promise<{ result: { restored: string[] } }>)).result.restored,
    ).toHaveLength(3);
    const lines = (bytes: Buffer) => bytes.toString().split('\n').sort();
    expect(lines(readFileSync(file()))).toEqual(lines(before));
    isBroken = () => false;
    expect(await dlq('replay', '1', '--yes')).toMatchObject({ code: 0 });
  });
});
