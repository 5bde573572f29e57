import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock, type Clock } from '../../../src/lib/base/clock.js';
import type { Bus } from '../../../src/lib/bus/bus.js';
import { openJournal, type Journal } from '../../../src/lib/bus/embedded/journal.js';
import { retain, retentionBarrier } from '../../../src/lib/bus/embedded/retention.js';
import { openBus } from '../../../src/lib/bus/open-bus.js';
import { pathsOf } from '../../../src/lib/config/paths.js';
import type { Config } from '../../../src/lib/config/schema.js';
import { pino } from 'pino';
import { removeHome, silentLog, temporaryConfig } from '../../helpers/colony.js';
import { done, signalOf } from '../../helpers/signals.js';

const DAY_MS = 86_400_000;
const spec = {
  name: 'worker',
  hears: ['Q_A'],
  from: 'beginning',
  maxAttempts: 3,
  ordered: false,
  urgentFirst: false,
} as const;

describe('retention', () => {
  let config: Config;
  let bus: Bus;
  let journal: Journal;
  const later: Clock = { ...systemClock, nowMs: () => systemClock.nowMs() + 31 * DAY_MS };
  beforeEach(async () => {
    config = await temporaryConfig();
    bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'test' });
    journal = await openJournal(pathsOf(config).journal, silentLog);
  });
  afterEach(async () => {
    await journal.close();
    await bus.close();
    removeHome(config);
  });

  async function published(): Promise<void> {
    await journal.write({ kind: 'mark', key: 'hub_cursor', value: journal.read.newest() });
  }
  const retainAt = (clock: Clock, maxBytes = 1e12) =>
    retain(journal, { days: 30, maxBytes }, { clock, log: silentLog });
  const kept = async () => (await bus.browse({})).map(({ signal }) => signal.facts['n']);

  it('removes what is older than its age and keeps the rest', async () => {
    await bus.emit([signalOf('Q_A', { n: 1 })]);
    await published();
    expect(await retainAt(systemClock)).toBe(0);
    expect(await retainAt(later)).toBe(1);
    expect(await kept()).toEqual([]);
  });

  it('keeps what was said by a clock that was behind or ahead as long as what was said around it', async () => {
    const said = (n: number, days: number) => {
      const signal = signalOf('Q_A', { n });
      return { ...signal, ts: signal.ts + (days * DAY_MS) / 1_000 };
    };
    await bus.emit([said(1, -40), said(2, 62), said(3, -31), said(4, 0), said(5, -62), said(6, 62), said(7, 0)]);
    await published();
    expect(await retainAt(systemClock)).toBe(3);
    expect(await kept()).toEqual([4, 5, 6, 7]);
    expect(await retainAt(later)).toBe(4);
  });

  it('removes nothing where all is of a clock that was ahead: how old it is, nobody knows', async () => {
    const signal = signalOf('Q_A', { n: 1 });
    await bus.emit([{ ...signal, ts: signal.ts + (62 * DAY_MS) / 1_000 }]);
    await published();
    expect(await retainAt(systemClock)).toBe(0);
    expect(await kept()).toEqual([1]);
  });

  it('never removes what an enabled consumer has still to fetch', async () => {
    await bus.consumer(spec);
    await bus.emit([signalOf('Q_A', { n: 1 })]);
    await published();
    expect(await retainAt(later)).toBe(0);
    expect(await kept()).toEqual([1]);
  });

  it('never removes what is fetched and not settled, nor what the hub has not said', async () => {
    const consumer = await bus.consumer(spec);
    await bus.emit([signalOf('Q_A', { n: 1 }), signalOf('Q_A', { n: 2 })]);
    const [first, second] = await consumer.claim(2);
    await consumer.settle(first!, done());
    expect(await retainAt(later)).toBe(0);
    await published();
    await retainAt(later);
    expect(await kept()).toEqual([2]);
    await consumer.settle(second!, done());
    await retainAt(later);
    expect(await kept()).toEqual([]);
  });

  it('keeps the signal of an open dead letter, so that it can be replayed', async () => {
    const consumer = await bus.consumer(spec);
    await bus.emit([signalOf('Q_A', { n: 1 })]);
    const [delivery] = await consumer.claim(1);
    await consumer.settle(delivery!, { kind: 'dead', failure: { error: 'Error: no', traceback: '' } });
    await published();
    await retainAt(later);
    expect(await bus.deadLetters(0)).toMatchObject([{ signal: { facts: { n: 1 } } }]);
  });

  it('removes the oldest where the journal is too large, in steps, and stops when it is small enough', async () => {
    const padding = 'x'.repeat(2_000);
    for (let part = 0; part < 10; part += 1) {
      await bus.emit([...Array(100).keys()].map((n) => signalOf('Q_A', { n: part * 100 + n, padding })));
    }
    await published();
    await retainAt(systemClock, 1_500_000);
    const left = await bus.browse({ limit: 500 });
    expect(left.length).toBeGreaterThan(0);
    expect(left[0]!.signal.facts['n']).toBeGreaterThan(0);
    expect((await bus.find((await bus.browse({ afterSeq: 999 }))[0]!.signal.id))!.signal.facts['n']).toBe(999);
  });

  it('says loudly where it is held back, by whom, and what ends that; forgetting that consumer does', async () => {
    const lines: string[] = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    await bus.consumer(spec);
    await bus.emit([...Array(500).keys()].map((n) => signalOf('Q_A', { n, padding: 'x'.repeat(1_000) })));
    await published();
    const limits = { days: 30, maxBytes: 300_000 };
    expect(await retain(journal, limits, { clock: systemClock, log })).toBe(0);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { level: 50, slowest: 'worker', lag: 500, maxBytes: 300_000, bytes: expect.any(Number) as number },
    ]);
    expect(lines[0]).toContain('worker has still to see it');
    expect(lines[0]).toContain('kloros bus forget worker');
    await bus.forget('worker');
    expect(await retain(journal, limits, { clock: systemClock, log })).toBeGreaterThan(0);
    expect(lines).toHaveLength(1);
  });

  it('is not held back by a consumer that has nothing more to see, however long it has been away', async () => {
    await (await bus.consumer(spec)).close();
    await bus.emit([signalOf('Q_B', { n: 1 })]);
    await published();
    expect(await retainAt(later)).toBe(1);
  });

  it('is held back by enabled consumers only', () => {
    const consumers = [
      { enabled: true, lowest: 10 },
      { enabled: false, lowest: 1 },
      { enabled: true, lowest: null },
    ];
    expect(retentionBarrier(consumers, 100)).toBe(9);
    expect(retentionBarrier([], 100)).toBe(100);
  });
});
