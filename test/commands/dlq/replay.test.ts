import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import { PermanentError } from '../../../src/lib/base/errors.js';
import { pathsOf } from '../../../src/lib/config/paths.js';
import { DeadLetterStore } from '../../../src/lib/dead-letter/store.js';
import type { LetterView } from '../../../src/lib/dead-letter/view.js';
import { defineDaemon } from '../../../src/lib/runtime/define-daemon.js';
import { bin, cliEnv, kloros } from '../../helpers/cli.js';
import { until } from '../../helpers/colony.js';
import { startColony, type TestColony } from '../../helpers/run.js';
import { signalOf } from '../../helpers/signals.js';

let colony: TestColony;
let isBroken = true;
let heard: { by: string; n: unknown }[] = [];

const env = () => ({ KLOROS_HOME: colony.config.home, KLOROS_PORT_BASE: String(colony.config.portBase) });
const dlq = (...args: string[]) => kloros(['dlq', ...args], { env: env() });
const queue = () => readFileSync(pathsOf(colony.config).failedSignals, 'utf8');

/** Hears Q_A; `worker` fails at it while it is broken. */
const hearer = (name: string, hears = 'Q_A') =>
  defineDaemon({
    name,
    purpose: 'test',
    hears: [hears],
    says: [],
    from: 'beginning',
    handle: ({ facts }) => {
      if (name !== 'other' && isBroken) throw new PermanentError({ code: 'BROKEN', message: 'it is broken' });
      heard.push({ by: name, n: facts['n'] });
    },
  });

async function open(): Promise<LetterView[]> {
  const { stdout } = await dlq('list', '--json');
  return (JSON.parse(stdout) as { result: LetterView[] }).result.reverse();
}

/** So many signals fail; answers when their rows are in the queue. */
async function fail(count: number, name = 'Q_A'): Promise<void> {
  const store = new DeadLetterStore(pathsOf(colony.config), systemClock);
  await colony.bus.emit([...Array(count).keys()].map((n) => signalOf(name, { n })));
  await until('all have failed', async () => (await store.read()).length === count);
}

beforeAll(async () => {
  colony = await startColony({ delivery: { backoffMs: 1, maxBackoffMs: 5, pollMs: 20 } });
  await colony.start(hearer('worker'));
  await colony.start(hearer('other'));
});
afterAll(() => colony.end());

afterEach(async () => {
  isBroken = false;
  await dlq('prune', '--older-than', '0s', '--yes');
  isBroken = true;
  heard = [];
});

describe('kloros dlq replay', () => {
  it('sends the oldest first and no more than its --limit', async () => {
    await fail(5);
    const ids = (await open()).map(({ id }) => id);
    isBroken = false;
    const { code, stdout } = await dlq('replay', '--all', '--limit', '2', '--yes', '--json');
    expect(code).toBe(0);
    expect((JSON.parse(stdout) as { result: unknown }).result).toMatchObject({
      ...{ selected: 2, counts: { handled: 2 }, left: 0 },
      rows: [{ id: ids[0] }, { id: ids[1] }],
    });
    expect((await open()).map(({ id }) => id)).toEqual(ids.slice(2));
  });

  it('gives a signal to the daemon that failed alone, and with --broadcast to all who hear it', async () => {
    await fail(2);
    const [first, second] = await open();
    await until('the other has heard both', () => heard.length === 2);
    heard = [];
    isBroken = false;
    expect(await dlq('replay', first!.id, '--yes')).toMatchObject({ code: 0 });
    expect(heard.map(({ by }) => by)).toEqual(['worker']);
    heard = [];
    const asked = await dlq('replay', second!.id, '--broadcast');
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining('1 of them as new signals') as string });
    expect(await dlq('replay', second!.id, '--broadcast', '--yes')).toMatchObject({ code: 0 });
    await until('both have heard it', () => heard.length === 2);
    expect(heard.map(({ by }) => by).sort()).toEqual(['other', 'worker']);
    expect(queue()).toBe('');
  });

  it('says that a daemon was forgotten and leaves its letters as they are; all others hear a --broadcast', async () => {
    const leaver = await colony.start(hearer('leaver', 'Q_C'));
    await fail(1, 'Q_C');
    await leaver.stop();
    await colony.bus.forget('leaver');
    const [letter] = await open();
    const before = [queue(), await colony.bus.deadLetters(0)];
    const dry = await dlq('replay', letter!.id, '--dry-run');
    expect(dry).toMatchObject({ code: 0, stderr: expect.stringContaining('no place for leaver') as string });
    const refused = await dlq('replay', '--all', '--yes');
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/None of 1 can be replayed, and nothing was changed[^]*--broadcast/);
    expect([queue(), await colony.bus.deadLetters(0)]).toEqual(before);
    isBroken = false;
    const heir = await colony.start(hearer('heir', 'Q_C'));
    await until('it has heard the old one', () => heard.length === 1);
    expect(await dlq('replay', letter!.id, '--broadcast', '--yes')).toMatchObject({ code: 0 });
    await until('it has heard the new one', () => heard.length === 2);
    expect(queue()).toBe('');
    await heir.stop();
  });

  it('changes nothing and ends with 1 where the answer is no', async ({ skip }) => {
    await fail(1);
    const before = queue();
    // script(1) lends a terminal.
    const line = [process.execPath, ...bin, 'dlq', 'replay', '--all'].join(' ');
    const child = spawn('script', ['-qec', line, '/dev/null'], { env: cliEnv(env()) });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (text.includes('[y/N]')) child.stdin.write('n\n');
    });
    const ended = await Promise.race([once(child, 'close'), once(child, 'error').then(() => undefined)]);
    if (ended === undefined) return skip('script(1) is not installed');
    expect(said).toMatch(/Replay 1 dead letter\?[^]*Nothing was changed/);
    expect(ended[0]).toBe(1);
    expect(queue()).toBe(before);
    expect(heard.filter(({ by }) => by === 'worker')).toEqual([]);
  });

  it('ends with 4 where a step of the ramp is not decided in time, and keeps the rest for --resume', async () => {
    const slow = await colony.start(hearer('slow', 'Q_B'));
    await fail(3, 'Q_B');
    await slow.stop();
    const { code, stdout, stderr } = await dlq('replay', '--all', '--ramp', '1,2', '--watch', '20s', '--yes');
    expect(code).toBe(4);
    expect(stdout).toContain('waiting');
    expect(stderr).toMatch(/not decided in time, so 2 were not sent[^]*--resume/);
    expect((await open()).map(({ daemon }) => daemon)).toEqual(['slow', 'slow']);
    isBroken = false;
    const mended = await colony.start(hearer('slow', 'Q_B'));
    expect(await dlq('replay', '--resume', '--yes')).toMatchObject({ code: 0 });
    await until('all are handled', () => heard.length === 3);
    expect(queue()).toBe('');
    await mended.stop();
  });
});
