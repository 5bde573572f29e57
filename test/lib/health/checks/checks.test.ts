import { appendFileSync, closeSync, mkdirSync, openSync, readdirSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/lib/base/clock.js';
import type { Bus, ConsumerSpec } from '../../../../src/lib/bus/bus.js';
import { openBus } from '../../../../src/lib/bus/open-bus.js';
import { pathsOf } from '../../../../src/lib/config/paths.js';
import { configSchema, type Config } from '../../../../src/lib/config/schema.js';
import type { CheckResult } from '../../../../src/lib/health/check.js';
import { healthChecks } from '../../../../src/lib/health/checks/index.js';
import { openView } from '../../../../src/lib/health/open-view.js';
import { runChecks } from '../../../../src/lib/health/run-checks.js';
import { idFromKey } from '../../../../src/lib/signals/id.js';
import { mint } from '../../../../src/lib/signals/mint.js';
import { startColony, type TestColony } from '../../../helpers/run.js';
import { anyMachine, removeHome, silentLog, temporaryConfig } from '../../../helpers/colony.js';
import { done, signalOf } from '../../../helpers/signals.js';
import { probeQuestionId } from '../../../../src/lib/config/probes.js';

const HOUR_MS = 3_600_000;
const WORKER: ConsumerSpec = {
  name: 'worker',
  hears: ['Q_CURIOSITY_INVESTIGATE'],
  from: 'beginning',
  maxAttempts: 1,
  ordered: false,
  urgentFirst: false,
};
const MEMBERS = [{ name: 'worker' }];

let config: Config;
let bus: Bus;
beforeEach(async () => {
  config = await temporaryConfig();
  bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'onlooker' });
});
afterEach(async () => {
  await bus.close();
  removeHome(config);
});

/** What one check finds, with other limits where they are given. */
async function check(name: string, limits: Partial<Config['health']> = {}): Promise<CheckResult> {
  const limited = configSchema.parse({ ...config, health: { ...config.health, ...limits } });
  const view = openView({ config: limited, clock: systemClock, log: silentLog, members: MEMBERS });
  const { checks } = await runChecks(
    healthChecks.filter((one) => one.name === name),
    view,
  );
  view.close();
  return checks[0]!;
}

const sayAt = (atMs: number, name: string, count = 1) =>
  bus.emit(
    Array.from({ length: count }, (_, index) =>
      mint({ signal: name, facts: {} }, { id: idFromKey(atMs, `${name} ${index}`), source: 'test', nowMs: atMs }),
    ),
  );

describe('dead letters', () => {
  const rows = (count: number, at = Date.now()) => {
    const row = { signal: { signal: 'Q_X', facts: {} }, error: 'Error: x', daemon: 'worker' };
    const line = `${JSON.stringify({ ...row, timestamp: new Date(at).toISOString() })}\n`;
    appendFileSync(pathsOf(config).failedSignals, line.repeat(count));
  };

  it('are well when there are few, a warning from ten on, and critical beyond a hundred', async () => {
    expect(await check('dead-letters')).toMatchObject({ status: 'OK', why: 'none', next: [] });
    rows(9);
    expect(await check('dead-letters')).toMatchObject({ status: 'OK' });
    rows(1);
    expect(await check('dead-letters')).toMatchObject({
      status: 'WARNING',
      next: ['kloros dlq groups', expect.any(String)],
    });
    rows(91);
    const full = await check('dead-letters');
    expect(full).toMatchObject({ status: 'CRITICAL', why: expect.stringContaining('101 open') as string });
    expect(full.figures[0]).toEqual({ name: 'open', value: 101, unit: '', warning: 10, critical: 100 });
  });

  it('are a warning when one lies there for too long', async () => {
    rows(1, Date.now() - 25 * HOUR_MS);
    expect(await check('dead-letters')).toMatchObject({
      status: 'WARNING',
      why: expect.stringContaining('1d 1h') as string,
    });
  });

  it('are never too many where both limits are zero', async () => {
    rows(101);
    const off = { deadLettersWarning: 0, deadLettersCritical: 0, oldestDeadLetterMs: 0 };
    const { status, figures } = await check('dead-letters', off);
    expect(status).toBe('OK');
    expect(figures[0]).toEqual({ name: 'open', value: 101, unit: '' });
  });
});

describe('lag', () => {
  it('says who is behind, since when, and that it does not run', async () => {
    const worker = await bus.consumer(WORKER);
    expect(await check('lag')).toMatchObject({ status: 'OK', why: 'nobody is behind' });
    await worker.close();
    await sayAt(Date.now() - 2 * HOUR_MS, 'Q_CURIOSITY_INVESTIGATE', 100);
    const behind = await check('lag');
    expect(behind).toMatchObject({ status: 'WARNING', next: ['kloros daemon start worker', 'kloros up'] });
    expect(behind.why).toBe('worker has 100 waiting, the oldest for 2h, and it does not run');
    expect(await check('lag', { lagCritical: 99 })).toMatchObject({ status: 'CRITICAL' });
    expect(await check('lag', { lagWarning: 0, lagCritical: 0 })).toMatchObject({ status: 'OK' });
  });

  it('says how to forget who is behind where there is no such daemon', async () => {
    await (await bus.consumer({ ...WORKER, name: 'old_worker' })).close();
    await sayAt(Date.now(), 'Q_CURIOSITY_INVESTIGATE');
    expect((await check('lag', { lagWarning: 1 })).next).toEqual([
      expect.stringContaining('no daemon old_worker'),
      'kloros bus forget old_worker     # where nobody will run it again',
    ]);
  });
});

describe('flow', () => {
  it('is well in a young colony, and a warning where an hour brought too little', async () => {
    await sayAt(Date.now(), 'Q_X');
    expect(await check('flow')).toMatchObject({ status: 'OK', why: '1 signals in the last hour' });
    await sayAt(Date.now() - 2 * HOUR_MS, 'Q_X');
    expect(await check('flow')).toMatchObject({ status: 'WARNING' });
    expect(await check('flow', { signalsPerHour: 0 })).toMatchObject({ status: 'OK' });
  });

  it('stands still when something waits and nobody has handled anything for two hours', async () => {
    const worker = await bus.consumer(WORKER);
    await sayAt(Date.now() - 3 * HOUR_MS, 'Q_CURIOSITY_INVESTIGATE', 2);
    expect(await check('flow')).toMatchObject({ status: 'CRITICAL', why: expect.stringContaining('3h') as string });
    expect(await check('flow', { stalledMs: 4 * HOUR_MS, signalsPerHour: 0 })).toMatchObject({ status: 'OK' });
    const [delivery] = await worker.claim(1);
    await worker.settle(delivery!, done());
    expect(await check('flow', { signalsPerHour: 0 })).toMatchObject({ status: 'OK' });
    await worker.close();
  });

  it('of what this program asks itself is none', async () => {
    await sayAt(Date.now(), 'HEALTH_PROBE', 3);
    expect((await check('flow')).why).toBe('0 signals in the last hour');
  });
});

describe('latency', () => {
  /** An intent whose file was written so long before its investigation was complete. */
  async function investigated(tookMs: number, key: string): Promise<void> {
    const writtenMs = Date.now() - tookMs;
    const routed = { signal: 'Q_CURIOSITY_INVESTIGATE', facts: {}, causeId: `intent:${key}.json` };
    const asked = mint(routed, { id: idFromKey(writtenMs, key), source: 'intent_router', nowMs: writtenMs });
    const answer = { signal: 'Q_INVESTIGATION_COMPLETE', facts: {} };
    const id = idFromKey(writtenMs, `${key} answer`);
    await bus.emit([asked, mint(answer, { id, source: 'worker', nowMs: writtenMs + tookMs, cause: asked })]);
  }

  it('is a warning where one was slow, and critical where half were', async () => {
    expect(await check('latency')).toMatchObject({ status: 'OK', why: 'no intent was investigated in the last day' });
    for (const key of ['a', 'b', 'c']) await investigated(200, key);
    expect(await check('latency')).toMatchObject({ status: 'OK', why: 'p50 200 ms, p99 200 ms over 3' });
    await investigated(8_000, 'slow');
    expect(await check('latency')).toMatchObject({ status: 'WARNING' });
    for (const key of ['d', 'e', 'f']) await investigated(9_000, key);
    expect(await check('latency')).toMatchObject({ status: 'CRITICAL' });
    expect(await check('latency', { latencyMs: 0 })).toMatchObject({ status: 'OK' });
  });

  it('is not hidden behind probes, however many there were since, and says how far back it looked', async () => {
    await investigated(8_000, 'slow');
    const probe = { question_id: probeQuestionId('run', 1) };
    await bus.emit(Array.from({ length: 600 }, () => signalOf('Q_INVESTIGATION_COMPLETE', probe)));
    expect(await check('latency')).toMatchObject({ status: 'CRITICAL', why: 'p50 8 s, p99 8 s over 1' });
    const writtenMs = Date.now();
    const routed = { signal: 'Q_CURIOSITY_INVESTIGATE', facts: {}, causeId: 'intent:many.json' };
    const asked = mint(routed, { id: idFromKey(writtenMs, 'many'), source: 'intent_router', nowMs: writtenMs });
    await bus.emit([asked]);
    const answer = { signal: 'Q_INVESTIGATION_COMPLETE', facts: {} };
    const answers = Array.from({ length: 5_100 }, (_, n) =>
      mint(answer, { id: idFromKey(writtenMs, `answer ${n}`), source: 'worker', nowMs: writtenMs, cause: asked }),
    );
    await bus.emit(answers);
    expect((await check('latency')).why).toMatch(/over 5000, the newest of the last day: all within /);
  });
});

describe('triggers', () => {
  it('that nobody settles are a warning, then critical', async () => {
    await (await bus.consumer(WORKER)).close();
    expect(await check('triggers')).toMatchObject({ status: 'OK', why: 'none waits' });
    await sayAt(Date.now() - 700_000, 'Q_CURIOSITY_INVESTIGATE');
    const stuck = await check('triggers');
    expect(stuck).toMatchObject({
      status: 'WARNING',
      next: [expect.stringMatching(/^kloros trace \w{26}$/), expect.any(String)],
    });
    expect(await check('triggers', { triggerCriticalMs: 60_000 })).toMatchObject({ status: 'CRITICAL' });
    expect(await check('triggers', { triggerWarningMs: 0 })).toMatchObject({ status: 'OK' });
  });
});

describe('what an expectation of the configuration waits after', () => {
  it('counts as a trigger, and nothing else does that the catalogue does not know', async () => {
    const hears = ['MY_REQUEST'];
    await (await bus.consumer({ ...WORKER, hears })).close();
    await sayAt(Date.now() - 700_000, 'MY_REQUEST');
    expect(await check('triggers')).toMatchObject({ status: 'OK' });
    const expectations = { MY_ANSWER: { after: 'MY_REQUEST', within: '1m', emit: 'MY_TIMEOUT' } };
    config = configSchema.parse({ ...config, expectations });
    expect(await check('triggers')).toMatchObject({
      status: 'WARNING',
      why: expect.stringContaining('MY_REQUEST') as string,
    });
  });
});

describe('the clock', () => {
  it('was set back where the journal has a signal from the future', async () => {
    await sayAt(Date.now(), 'Q_X');
    expect(await check('clock')).toMatchObject({ status: 'OK' });
    await sayAt(Date.now() + HOUR_MS, 'Q_X');
    expect(await check('clock')).toMatchObject({
      status: 'WARNING',
      why: expect.stringContaining('in the future') as string,
    });
    expect(await check('clock', { clockMs: 0 })).toMatchObject({ status: 'OK' });
  });
});

describe('the disk', () => {
  it('is judged by how full it is', async () => {
    const on = { diskWarningPercent: 0.000_1, diskCriticalPercent: 100 };
    expect(await check('disk', on)).toMatchObject({ status: 'WARNING' });
    expect(await check('disk', { ...on, diskCriticalPercent: 0.000_1 })).toMatchObject({ status: 'CRITICAL' });
    expect(await check('disk', { diskWarningPercent: 0, diskCriticalPercent: 0 })).toMatchObject({ status: 'OK' });
  });
});

describe('the journal', () => {
  it('is sound, whether every page or a sample is looked at', async () => {
    await sayAt(Date.now(), 'Q_X', 50);
    expect((await check('journal')).why).toMatch(/^sound: every page of .* and 50 signals looked at$/);
    expect((await check('journal', { journalWholeBytes: 0 })).why).toContain('the small tables and a sample');
  });

  it.each([{ journalWholeBytes: 0 }, {}])('that is damaged is critical, with %o', async (limits) => {
    await bus.emit(Array.from({ length: 2_000 }, () => signalOf('Q_X', { text: 'x'.repeat(200) })));
    await bus.close();
    const { journal } = pathsOf(config);
    const file = openSync(journal, 'r+');
    writeSync(file, Buffer.alloc(100_000, 0xa5), 0, 100_000, Math.floor(statSync(journal).size / 2));
    closeSync(file);
    const damaged = await check('journal', limits);
    expect(damaged).toMatchObject({ status: 'CRITICAL', why: expect.stringMatching(/^damaged: /) as string });
    removeHome(config);
    bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'onlooker' });
  });

  it('that is not there is unknown, and every other check still answers', async () => {
    const elsewhere = { ...config, home: join(config.home, 'nothing') };
    const view = openView({ config: elsewhere, clock: systemClock, log: silentLog, members: MEMBERS });
    const { status, checks } = await runChecks(
      healthChecks.filter(({ name }) => name === 'journal' || name === 'dead-letters'),
      view,
    );
    expect(status).toBe('UNKNOWN');
    expect(checks.map((row) => row.status)).toEqual(['OK', 'UNKNOWN']);
    expect(checks[1]?.why).toContain('There is no journal');
  });
});

describe('throughput', () => {
  it('is measured on the disk of the home and leaves nothing behind', async () => {
    expect(await check('throughput', { capacityWarning: 1, capacityCritical: 1 })).toMatchObject({ status: 'OK' });
    expect(await check('throughput', { capacityWarning: 1e9, capacityCritical: 0 })).toMatchObject({
      status: 'WARNING',
    });
    expect(await check('throughput', { capacityCritical: 1e9 })).toMatchObject({ status: 'CRITICAL' });
    expect(readdirSync(pathsOf(config).run)).toEqual([]);
  });
});

describe('the bus', () => {
  it('that nobody carries is critical, and says who holds its doors', async () => {
    const none = await check('bus', { roundTripTimeoutMs: 300 });
    expect(none).toMatchObject({ status: 'CRITICAL', next: ['kloros up', expect.any(String), expect.any(String)] });
    expect(none.why).toContain('held by nobody');
  });

  it('that a hub carries brings a signal there and back, also for a peer that comes first', async () => {
    const colony: TestColony = await startColony();
    const own = config;
    config = colony.config;
    try {
      expect(await check('bus', { roundTripMs: 0, roundTripTimeoutMs: 20_000 })).toMatchObject({ status: 'OK' });
      expect(await check('bus', { roundTripMs: 0.001, roundTripTimeoutMs: 20_000 })).toMatchObject({
        status: 'WARNING',
      });
    } finally {
      config = own;
      await colony.end();
    }
  });
});

describe('daemons that were started by hand', () => {
  it('are seen, and that nobody counts their restarts is said', async () => {
    mkdirSync(pathsOf(config).run, { recursive: true });
    expect(await check('daemons')).toMatchObject({ status: 'CRITICAL', why: 'no daemon runs in this home' });
    const worker = await openBus({ config, clock: systemClock, log: silentLog, name: 'worker' });
    expect(await check('daemons')).toMatchObject({ status: 'OK', why: '1 of 1 run, started by hand' });
    expect(await check('restarts')).toMatchObject({ status: 'UNKNOWN' });
    expect(await check('uptime')).toMatchObject({ status: 'UNKNOWN' });
    expect(await check('memory', { ...anyMachine, memoryBytes: 1e12, memoryCriticalBytes: 0 })).toMatchObject({
      status: 'OK',
    });
    expect(await check('memory', { ...anyMachine, memoryBytes: 1, memoryCriticalBytes: 0 })).toMatchObject({
      status: 'WARNING',
    });
    expect(await check('memory', { memoryCriticalBytes: 1 })).toMatchObject({ status: 'CRITICAL' });
    const small = { memoryCriticalBytes: 0, memoryBytes: 0, memoryWarningPercent: 0.000_1, memoryCriticalPercent: 0 };
    expect(await check('memory', small)).toMatchObject({ status: 'WARNING' });
    expect(await check('cpu', { cpuPercent: 0 })).toMatchObject({ status: 'OK' });
    await worker.close();
  });
});
