import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/lib/base/clock.js';
import { openBus } from '../../src/lib/bus/open-bus.js';
import type { Config } from '../../src/lib/config/schema.js';
import { idFromKey } from '../../src/lib/signals/id.js';
import { mint } from '../../src/lib/signals/mint.js';
import { kloros } from '../helpers/cli.js';
import { removeHome, silentLog, temporaryConfig } from '../helpers/colony.js';

const MINUTE_MS = 60_000;
let config: Config;
const run = (...args: string[]) => kloros(['bus', ...args], { env: { KLOROS_HOME: config.home } });

beforeAll(async () => {
  config = await temporaryConfig();
  const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'onlooker' });
  const beat = (minutesAgo: number, seq: number) => {
    const nowMs = Date.now() - minutesAgo * MINUTE_MS;
    return mint({ signal: 'HEARTBEAT', facts: { seq } }, { id: idFromKey(nowMs, `${seq}`), source: 'peer', nowMs });
  };
  await bus.emit([55, 54, 53, 52, 51, 50].map((ago, index) => beat(ago, index)).concat(beat(10, 9)));
  await bus.close();
});
afterAll(() => removeHome(config));

describe('kloros bus gaps and stats', () => {
  it('tell who fell silent and what a counter misses, with exit code 1', async () => {
    const { code, stdout } = await run('gaps', '-1h', '--sequence', 'facts.seq', '--factor', '15');
    expect(code).toBe(1);
    for (const part of ['SILENT SINCE', '40m', '3 missing', 'positions 1 to 7, none missing'])
      expect(stdout).toContain(part);
  });

  it('are documents for programs, and end with 3 where nothing was said', async () => {
    const [gaps, stats] = await Promise.all([run('gaps', '-1m', '--json'), run('stats', '-1d', '--json')]);
    expect({ code: gaps.code, ...(JSON.parse(gaps.stdout) as object) }).toMatchObject({
      code: 3,
      result: { signals: 0 },
    });
    expect(JSON.parse(stats.stdout)).toMatchObject({
      status: 0,
      result: [{ signal: 'HEARTBEAT', source: 'peer', count: 7 }],
    });
  });
});
