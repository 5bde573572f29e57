import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import BusHistory from '../../src/commands/bus/history.js';
import { systemClock } from '../../src/lib/base/clock.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import type { Config } from '../../src/lib/config/schema.js';
import { idFromKey } from '../../src/lib/signals/id.js';
import { mint } from '../../src/lib/signals/mint.js';
import { kloros } from '../helpers/cli.js';
import { removeHome, silentLog, temporaryConfig } from '../helpers/colony.js';

const AGO_MS = 600_000;
let config: Config;
let env: Record<string, string>;
const history = (...args: string[]) => kloros(['bus', 'history', ...args], { env });
const namesIn = (text: string) =>
  text.split('\n').flatMap((line) => (line === '' ? [] : [(JSON.parse(line) as { signal: string }).signal]));

beforeAll(async () => {
  config = await temporaryConfig();
  env = { KLOROS_HOME: config.home };
  const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'onlooker' });
  const said = (name: string, agoMs: number, source: string) => {
    const nowMs = Date.now() - agoMs;
    return mint({ signal: name, facts: { n: agoMs } }, { id: idFromKey(nowMs, `${name} ${agoMs}`), source, nowMs });
  };
  await bus.emit([
    said('Q_OLD', 5 * AGO_MS, 'a'),
    ...Array.from({ length: 600 }, (_, n) => said('Q_A', AGO_MS + n, 'a')),
  ]);
  await bus.emit([said('Q_B', AGO_MS, 'b'), said('Q_NEW', 1, 'b')]);
  await bus.close();
});
afterAll(() => removeHome(config));

describe('kloros bus history', () => {
  it('shows a stretch of time and nothing beside it, over several pages', async () => {
    const { code, stdout } = await history('-20m:-5m', '--output', 'jsonl');
    const names = namesIn(stdout);
    expect({ code, all: names.length, kinds: [...new Set(names)] }).toEqual({
      code: 0,
      all: 601,
      kinds: ['Q_A', 'Q_B'],
    });
  });

  it.each([
    { args: ['--signal', 'Q_B'], names: ['Q_B'] },
    { args: ['--signal', 'Q_N*', '--signal', 'Q_B'], names: ['Q_B', 'Q_NEW'] },
    { args: ['--source', 'b'], names: ['Q_B', 'Q_NEW'] },
    { args: ['--where', 'facts.n < 2'], names: ['Q_NEW'] },
  ])('is narrowed by $args', async ({ args, names }) => {
    expect(namesIn((await history('-20m', ...args, '--output', 'jsonl')).stdout)).toEqual(names);
  });

  it('counts by name and step', async () => {
    const { stdout } = await history('-2h', '--every', '1d', '--signal', 'Q_A', '--output', 'jsonl');
    const counts = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { count: number }).count);
    expect(counts.reduce((sum, count) => sum + count)).toBe(600);
    expect((await history('-2h', '--every', '1d')).stdout).toMatch(/^FROM +SIGNAL +COUNT\n/);
  });

  it('ends with 3 where nothing matches, and with 2 where the range is none', async () => {
    expect(await history('-2m', '--signal', 'Q_NEVER')).toMatchObject({ code: 3, stdout: '' });
    expect(await history('yesterday')).toMatchObject({ code: 2 });
    expect(await history('--every', '1ms')).toMatchObject({ code: 2 });
  });

  it.each(['-1h:now --signal Q_A', '-1d --every 1h'])('runs like its examples: %s', async (words) => {
    expect(BusHistory.examples.join('\n')).toContain(words.split(' ')[0]);
    expect(await history(...words.split(' '))).toMatchObject({ code: 0, stderr: '' });
  });
});
