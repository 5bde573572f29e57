import { spawn } from 'node:child_process';
import { once } from 'node:events';
import Sqlite from 'better-sqlite3';
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import { errorCode } from '../../../src/lib/base/errors.js';
import type { Bus } from '../../../src/lib/bus/bus.js';
import { writeHighWater } from '../../../src/lib/bus/embedded/high-water.js';
import { journalCare, type Salvaged } from '../../../src/lib/bus/journal-care.js';
import { openBus } from '../../../src/lib/bus/open-bus.js';
import { pathsOf } from '../../../src/lib/config/paths.js';
import type { Config } from '../../../src/lib/config/schema.js';
import { spec } from '../../contract/engine.js';
import { removeHome, silentLog, temporaryConfig } from '../../helpers/colony.js';
import { damagePages, signalPages } from '../../helpers/damage.js';
import { putOldJournal } from '../../helpers/old-journal.js';
import fc from '../../helpers/property.js';
import { done, signalOf } from '../../helpers/signals.js';

const SIGNALS = 400;
const HANDLED = 100;
const SPEC = spec({ name: 'worker', hears: ['Q_A'] });

let config: Config;
let path: string;
let ids: string[];
beforeEach(async () => {
  config = await temporaryConfig();
  path = pathsOf(config).journal;
  await withBus(async (bus) => {
    const signals = Array.from({ length: SIGNALS }, (_, n) => signalOf('Q_A', { n, padding: 'x'.repeat(1_000) }));
    ids = signals.map(({ id }) => id);
    await bus.emit(signals);
    const consumer = await bus.consumer(SPEC);
    for (const delivery of await consumer.claim(HANDLED)) await consumer.settle(delivery, done());
  });
});
afterEach(() => removeHome(config));

async function withBus<T>(use: (bus: Bus) => Promise<T>): Promise<T> {
  const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'test' });
  try {
    return await use(bus);
  } finally {
    await bus.close();
  }
}

const seqs = () =>
  withBus(async (bus) => {
    const found: number[] = [];
    for (let afterSeq = 0, page; (page = await bus.browse({ afterSeq })).length > 0;) {
      afterSeq = page.at(-1)!.seq;
      found.push(...page.map(({ seq }) => seq));
    }
    return found;
  });

const lostOf = ({ lost }: Salvaged) =>
  lost.flatMap(({ from, to }) => Array.from({ length: to - from + 1 }, (_, index) => from + index));

const pagesOfSignals = () => signalPages(path);

describe('a check of the journal', () => {
  it('finds a sound one sound, also while it is in use, and says what is in it', async () => {
    await withBus(async () => {
      expect(journalCare.check(path)).toMatchObject({
        status: 'sound',
        problems: [],
        signals: SIGNALS,
        newest: SIGNALS,
      });
    });
  });

  it('finds a damaged page', () => {
    damagePages(path, [pagesOfSignals()[20]!]);
    const { status, problems } = journalCare.check(path);
    expect(status).toBe('damaged');
    expect(problems.join('\n')).toMatch(/malformed|Tree|page/i);
  });

  it('finds a file that is no database any more', () => {
    damagePages(path, [0]);
    expect(journalCare.check(path)).toMatchObject({ status: 'damaged' });
  });

  it('finds what one table says of another and is not so, and a signal whose content is no signal', () => {
    const database = new Sqlite(path);
    database.exec(
      "INSERT INTO work (consumer, seq, priority) VALUES (77, 9999, 0); UPDATE signals SET frame = x'00ff' WHERE seq = 5",
    );
    database.close();
    const { status, problems } = journalCare.check(path);
    expect(status).toBe('damaged');
    expect(problems).toEqual([
      '1 rows of work belong to no consumer',
      '1 rows of work are about signals that are not there',
      expect.stringContaining('signal 5 (') as string,
    ]);
  });

  it('doubts one whose newest signals are missing', () => {
    writeHighWater(path, SIGNALS + 7);
    expect(journalCare.check(path)).toMatchObject({
      status: 'suspect',
      problems: ['its newest 7 signals are missing: it was cut off, or is an older copy'],
    });
  });

  it('says where there is none', () => {
    expect(() => journalCare.check(join(config.home, 'elsewhere', 'signals.db'))).toThrow(
      expect.objectContaining({ code: 'JOURNAL_NOT_FOUND' }) as Error,
    );
  });
});

describe('a backup', () => {
  it('is one whole file, made while others write, and replaces no other', async () => {
    const file = join(config.home, 'copies', 'one.db');
    await withBus(async (bus) => {
      let isOver = false;
      const writing = (async () => {
        while (!isOver) await bus.emit([signalOf('Q_B', {})]);
      })();
      const copied = await journalCare.backup(path, file);
      isOver = true;
      await writing;
      expect(copied.signals).toBeGreaterThanOrEqual(SIGNALS);
    });
    expect(readdirSync(dirname(file))).toEqual(['one.db']);
    await expect(journalCare.backup(path, file)).rejects.toMatchObject({ code: 'FILE_EXISTS' });
  });

  it('of a damaged journal is none, and leaves no file', async () => {
    damagePages(path, [pagesOfSignals()[20]!]);
    const file = join(config.home, 'copies', 'one.db');
    await expect(journalCare.backup(path, file)).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' });
    expect(readdirSync(dirname(file))).toEqual([]);
  });

  it('that is restored pauses everybody, and no number is given twice', async () => {
    const file = join(config.home, 'one.db');
    await journalCare.backup(path, file);
    await withBus((bus) => bus.emit([signalOf('Q_A', { n: 'after' })]));
    const plan = await journalCare.restore(path, file, { dryRun: true });
    expect(plan).toMatchObject({ missing: { from: SIGNALS + 1, to: SIGNALS + 1 }, kept: undefined });
    expect((await seqs()).at(-1)).toBe(SIGNALS + 1);
    const { kept } = await journalCare.restore(path, file, { dryRun: false });
    expect(existsSync(join(kept!, 'signals.db'))).toBe(true);
    await withBus(async (bus) => {
      expect(await bus.pauseOf('worker')).toMatchObject({ reason: expect.stringContaining('restored from') as string });
      await bus.emit([signalOf('Q_A', { n: 'new' })]);
    });
    const after = await seqs();
    expect(after).toHaveLength(SIGNALS + 1);
    expect(after.at(-1)).toBe(SIGNALS + 2);
    expect(journalCare.check(path)).toMatchObject({ status: 'sound' });
  });

  it('of an older version is brought up to date', async () => {
    const file = join(config.home, 'old', 'old.db');
    putOldJournal(file, 4);
    const { signals } = await journalCare.restore(path, file, { dryRun: false });
    expect(await seqs()).toHaveLength(signals);
    expect(journalCare.check(path)).toMatchObject({ status: 'sound' });
  });

  it.each([
    ['is not there', (file: string) => rmSync(file), 'BACKUP_NOT_FOUND'],
    ['is no database', (file: string) => writeFileSync(file, 'x'.repeat(9_000)), 'JOURNAL_DAMAGED'],
    ['is damaged', (file: string) => damagePages(file, [pagesOfSignals()[20]!]), 'JOURNAL_DAMAGED'],
  ])('that %s is not restored, and the journal stays', async (_what, spoil, code) => {
    const file = join(config.home, 'one.db');
    await journalCare.backup(path, file);
    spoil(file);
    await expect(journalCare.restore(path, file, { dryRun: false })).rejects.toMatchObject({ code });
    expect(await seqs()).toHaveLength(SIGNALS);
  });

  it('is not restored while anybody has the journal open', async () => {
    const file = join(config.home, 'one.db');
    await journalCare.backup(path, file);
    const script = `new (require('better-sqlite3'))(process.argv[1]).exec('SELECT 1 FROM meta'); console.log('open'); setInterval(() => {}, 1e6);`;
    const child = spawn(process.execPath, ['-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    const refused = { code: 'JOURNAL_IN_USE', why: expect.stringContaining(`process ${child.pid}`) as string };
    await expect(journalCare.restore(path, file, { dryRun: false })).rejects.toMatchObject(refused);
    await expect(journalCare.salvage(path, { dryRun: false })).rejects.toMatchObject(refused);
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
});

describe('a salvage', () => {
  it('copies all signals but those of damaged pages, names these, and keeps what consumers have done', async () => {
    const pages = pagesOfSignals();
    damagePages(path, [pages[10]!, pages[11]!, pages[40]!, pages[80]!]);
    const damaged = readFileSync(path);
    const plan = await journalCare.salvage(path, { dryRun: true });
    expect(readFileSync(path).equals(damaged)).toBe(true);
    const saved = await journalCare.salvage(path, { dryRun: false });
    expect({ ...saved, kept: undefined }).toEqual(plan);
    expect(saved.lostForSure).toBe(true);
    expect(saved.lostSignals).toBeGreaterThan(4);
    expect(saved.lostSignals).toBeLessThan(40);
    expect(readFileSync(join(saved.kept!, 'signals.db')).equals(damaged)).toBe(true);
    const kept = await seqs();
    expect([...kept, ...lostOf(saved)].sort((a, b) => a - b)).toEqual(ids.map((_, index) => index + 1));
    expect(journalCare.check(path)).toMatchObject({ status: 'sound' });
    await withBus(async (bus) => {
      const reason = `the journal was salvaged: ${saved.lostSignals} signals are lost`;
      expect(await bus.pauseOf('worker')).toMatchObject({ reason });
      await bus.setPaused(null, null);
      const consumer = await bus.consumer(SPEC);
      const [next] = await consumer.claim(1);
      expect(next!.seq).toBeGreaterThan(HANDLED);
      await bus.emit([signalOf('Q_A', {})]);
      expect(await bus.newest()).toBeGreaterThan(SIGNALS);
    });
  });

  it('of a sound journal loses nothing', async () => {
    expect(await journalCare.salvage(path, { dryRun: true })).toMatchObject({
      signals: SIGNALS,
      lost: [],
      lostSignals: 0,
      lostForSure: true,
      lostWork: 0,
    });
  });

  it('of an older version makes one of this', async () => {
    putOldJournal(path, 4);
    for (const part of ['-wal', '-shm']) rmSync(path + part, { force: true });
    expect(await journalCare.salvage(path, { dryRun: false })).toMatchObject({ lostSignals: 0 });
    expect(journalCare.check(path)).toMatchObject({ status: 'sound' });
  });

  it('says what to do where not even the tables can be found', async () => {
    damagePages(path, [0]);
    await expect(journalCare.salvage(path, { dryRun: true })).rejects.toMatchObject({ code: 'JOURNAL_DAMAGED' });
  });

  it('ends with a sound journal whatever pages are damaged, each signal in it or named as lost', async () => {
    const whole = readFileSync(path);
    const last = statSync(path).size / 4096 - 1;
    const pages = fc.uniqueArray(fc.integer({ min: 2, max: last }), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(pages, async (damaged) => {
        writeFileSync(path, whole);
        damagePages(path, damaged);
        const saved = await journalCare.salvage(path, { dryRun: false }).catch((error: unknown) => errorCode(error));
        if (typeof saved !== 'object') return expect(saved).toBe('JOURNAL_DAMAGED');
        expect(journalCare.check(path)).toMatchObject({ status: 'sound' });
        const accounted = new Set([...(await seqs()), ...lostOf(saved)]);
        for (let seq = 1; seq <= SIGNALS; seq += 1) expect(accounted.has(seq)).toBe(true);
      }),
      { numRuns: 5 },
    );
  });
});
