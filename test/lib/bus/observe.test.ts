import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ownIdentity } from '../../../src/lib/base/process-identity.js';
import { systemClock } from '../../../src/lib/base/clock.js';
import type { Bus } from '../../../src/lib/bus/bus.js';
import type { Observer } from '../../../src/lib/bus/observer.js';
import { openBus } from '../../../src/lib/bus/open-bus.js';
import { openObserver } from '../../../src/lib/bus/open-observer.js';
import { pathsOf } from '../../../src/lib/config/paths.js';
import type { Config } from '../../../src/lib/config/schema.js';
import { idFromKey } from '../../../src/lib/signals/id.js';
import { mint } from '../../../src/lib/signals/mint.js';
import { COLONY, peer, type Acceptance } from '../../../src/lib/signals/origin.js';
import { removeHome, silentLog, temporaryConfig } from '../../helpers/colony.js';
import { putOldJournal } from '../../helpers/old-journal.js';
import { signalOf } from '../../helpers/signals.js';

const MINUTE_MS = 60_000;
const BASE_MS = 1_700_000_040_000;
const WORKER = {
  name: 'worker',
  hears: ['Q_A'],
  from: 'beginning',
  maxAttempts: 3,
  ordered: false,
  urgentFirst: false,
} as const;

let config: Config;
let bus: Bus;
let observer: Observer;
beforeEach(async () => {
  config = await temporaryConfig();
  bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'onlooker' });
  observer = openObserver(config);
});
afterEach(async () => {
  observer.close();
  await bus.close();
  removeHome(config);
});

const at = (nowMs: number, name: string) =>
  mint({ signal: name, facts: {} }, { id: idFromKey(nowMs, `${nowMs}${name}`), source: 'test', nowMs });

describe('who looks at the journal', () => {
  it('finds a stretch of time whatever the order in which it was said', async () => {
    await bus.emit([
      at(BASE_MS + 5_000, 'Q_B'),
      at(BASE_MS, 'Q_A'),
      at(BASE_MS + 90_000, 'Q_A'),
      at(BASE_MS + 1_000, 'Q_A'),
    ]);
    expect(observer.window({ sinceMs: BASE_MS, untilMs: BASE_MS + 1_000 })).toEqual({ first: 2, last: 4 });
    expect(observer.window({ sinceMs: 0, untilMs: 1 })).toBeUndefined();
    expect(observer.span()).toEqual({ oldestMs: BASE_MS, newestMs: BASE_MS + 90_000 });
  });

  it('reads pages that are bounded in bytes, and with them all there is, by position, name and trace', async () => {
    const text = 'x'.repeat(1_500_000);
    await bus.emit(
      [1, 2, 3, 4, 5, 6, 7].map((n) => ({ ...signalOf(n % 2 ? 'Q_A' : 'Q_B', { n, text }), trace: 'chain' })),
    );
    for (const query of [{}, { signals: ['Q_A', 'Q_B'] }, { signals: ['Q_B'] }, { trace: 'chain' }]) {
      const found: unknown[] = [];
      for (let page = observer.page(query); page.length > 0;) {
        expect(page.length).toBeLessThanOrEqual(3);
        found.push(...page.map(({ signal }) => signal.facts['n']));
        page = observer.page({ ...query, afterSeq: page.at(-1)!.seq });
      }
      expect(found).toEqual(query.signals?.length === 1 ? [2, 4, 6] : [1, 2, 3, 4, 5, 6, 7]);
    }
  });

  it('sees what an older version let in and nobody can read, with the reason, and what lies behind it', async () => {
    await bus.emit([signalOf('Q_A', { n: 1 }), signalOf('Q_A', { n: 2 }), signalOf('Q_A', { n: 3 })]);
    const database = new Database(pathsOf(config).journal);
    const deep = `{"facts":{"deep":${'['.repeat(20_000)}${']'.repeat(20_000)}}}`;
    database.prepare('UPDATE signals SET frame = ? WHERE seq = 2').run(Buffer.from(deep));
    database.close();
    const page = observer.page({ signals: ['Q_A'] });
    expect(page.map(({ signal }) => signal.facts)).toEqual([{ n: 1 }, {}, { n: 3 }]);
    expect(page[1]?.signal.unreadable).toContain('nested deeper than 200 levels');
    expect(observer.integrity(0).problems).toEqual([expect.stringContaining('cannot be read')]);
  });

  it('counts by minute and name', async () => {
    await bus.emit([0, 1, 2].map((index) => at(BASE_MS + index, 'Q_A')));
    await bus.emit([at(BASE_MS + MINUTE_MS, 'Q_A'), at(BASE_MS + MINUTE_MS, 'Q_B')]);
    expect(observer.counts({ sinceMs: BASE_MS, untilMs: BASE_MS + 2 * MINUTE_MS }, MINUTE_MS)).toEqual([
      { atMs: BASE_MS, signal: 'Q_A', count: 3 },
      { atMs: BASE_MS + MINUTE_MS, signal: 'Q_A', count: 1 },
      { atMs: BASE_MS + MINUTE_MS, signal: 'Q_B', count: 1 },
    ]);
  });

  it('sees what each consumer has not settled, fetched or not', async () => {
    const consumer = await bus.consumer(WORKER);
    const [first, second] = [signalOf('Q_A'), signalOf('Q_A')];
    await bus.emit([signalOf('Q_B'), first, second]);
    expect(observer.waits()).toMatchObject([{ consumer: 'worker', signalId: first.id }]);
    await consumer.claim(1);
    expect(observer.openWork({ limit: 10 })).toMatchObject([{ signalId: first.id, state: 'running', attempts: 1 }]);
    expect(observer.openWork({ limit: 10, seq: 3 })).toEqual([]);
    await consumer.close();
    expect(observer.openWork({ limit: 10 })).toMatchObject([{ signalId: first.id, state: 'waiting' }]);
  });

  it('finds ids by their beginning, and the newest of a name', async () => {
    const signals = [signalOf('Q_A'), signalOf('Q_A'), signalOf('Q_B')];
    await bus.emit(signals);
    expect(observer.idsLike(signals[0]!.id.slice(0, 22), 5)).toContain(signals[0]!.id);
    expect(observer.idsLike('nothing', 5)).toEqual([]);
    expect(observer.latest('Q_A', 1).map(({ signal }) => signal.id)).toEqual([signals[1]!.id]);
  });

  it('finds the newest of a name among those that count, however many others say the same', async () => {
    const [own, ...forged] = [signalOf('Q_A'), signalOf('Q_A'), signalOf('Q_A')];
    await bus.emit([own], COLONY);
    await bus.emit(forged, peer('anonymous', 'act'));
    const latest = (accepts?: Acceptance) =>
      observer.latest('Q_A', 1, accepts && { accepts }).map(({ signal }) => signal.id);
    expect(latest('colony')).toEqual([own.id]);
    expect(latest('act')).toEqual([forged[1].id]);
  });

  it('knows who is there', () => {
    expect(observer.attendants()).toEqual([{ name: 'onlooker', ...ownIdentity() }]);
  });

  it('makes nothing where nothing is', () => {
    const elsewhere = { ...config, home: join(config.home, 'nothing') };
    expect(() => openObserver(elsewhere)).toThrow('There is no journal');
    expect(existsSync(elsewhere.home)).toBe(false);
  });

  it('leaves no trace in the journal', async () => {
    await bus.emit([signalOf('Q_A')]);
    const before = readdirSync(dirname(pathsOf(config).journal)).sort();
    observer.counts({ sinceMs: 0, untilMs: Date.now() }, MINUTE_MS);
    observer.integrity(0);
    expect(readdirSync(dirname(pathsOf(config).journal)).sort()).toEqual(before);
    expect(observer.attendants()).toHaveLength(1);
  });
});

describe('a journal that only a daemon can bring up to date', () => {
  it('is refused with what to do, and stays as it is', () => {
    const old = { ...config, home: join(config.home, 'old') };
    const path = pathsOf(old).journal;
    putOldJournal(path, 1);
    expect(() => openObserver(old)).toThrow(
      expect.objectContaining({
        code: 'JOURNAL_TOO_OLD',
        why: expect.stringContaining('its format is 1') as string,
        next: [expect.stringContaining('kloros up') as string],
      }) as Error,
    );
    const after = new Database(path, { readonly: true });
    expect(after.pragma('user_version', { simple: true })).toBe(1);
    after.close();
  });

  it('is none while somebody is just making it', () => {
    const young = { ...config, home: join(config.home, 'young') };
    mkdirSync(dirname(pathsOf(young).journal), { recursive: true });
    writeFileSync(pathsOf(young).journal, '');
    expect(() => openObserver(young)).toThrow(expect.objectContaining({ code: 'JOURNAL_NOT_FOUND' }) as Error);
  });
});
