import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/lib/base/clock.js';
import type { KlorosError } from '../../../src/lib/base/errors.js';
import type { Bus } from '../../../src/lib/bus/bus.js';
import { damageNote, noteDamage } from '../../../src/lib/bus/embedded/damage-note.js';
import { openDatabase } from '../../../src/lib/bus/embedded/database.js';
import { openJournal, type Journal } from '../../../src/lib/bus/embedded/journal.js';
import { refuseKnownDamage } from '../../../src/lib/bus/embedded/known-damage.js';
import { untilFree, untilNotBusy } from '../../../src/lib/bus/embedded/patience.js';
import { openBus } from '../../../src/lib/bus/open-bus.js';
import { openObserver } from '../../../src/lib/bus/open-observer.js';
import { pathsOf } from '../../../src/lib/config/paths.js';
import type { Config } from '../../../src/lib/config/schema.js';
import { removeHome, silentLog, temporaryConfig, until } from '../../helpers/colony.js';
import { damagePages, signalPages } from '../../helpers/damage.js';
import { putOldJournal } from '../../helpers/old-journal.js';
import { signalOf } from '../../helpers/signals.js';

const WHOLE = 1e9;
let config: Config;
let path: string;
let child: ChildProcess | undefined;
beforeEach(async () => {
  config = await temporaryConfig();
  path = pathsOf(config).journal;
});
afterEach(() => {
  child?.kill('SIGKILL');
  child = undefined;
  removeHome(config);
});

const coded = (code: string): Error => expect.objectContaining({ code }) as Error;

/** A process that keeps the journal's lock of writers until it is ended. */
async function holder(statements: string): Promise<number> {
  const script = `const D = require('better-sqlite3'); const d = new D(process.argv[1]); ${statements}; console.log('held'); setInterval(() => {}, 1e6);`;
  child = spawn(process.execPath, ['-e', script, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout!, 'data');
  return child.pid!;
}

describe('a journal that another process keeps to itself', () => {
  const everything = "d.pragma('locking_mode = EXCLUSIVE'); d.exec('BEGIN EXCLUSIVE; CREATE TABLE x (y)')";

  it('is opened as soon as that one lets go of it, and the event loop goes on meanwhile', async () => {
    (await openDatabase(path)).close();
    await holder(everything);
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 1);
    const opening = openDatabase(path);
    await until('turns of the event loop', () => turns > 20);
    child!.kill('SIGKILL');
    const database = await opening;
    clearInterval(counting);
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    database.close();
  });

  it('is waited for no longer than a limit, and the error names who holds it, to let it go on or to end it', async () => {
    const database = await openDatabase(path);
    const pid = await holder("d.exec('BEGIN IMMEDIATE')");
    const begin = () => database.exec('BEGIN IMMEDIATE');
    const expected = expect.objectContaining({
      code: 'JOURNAL_HELD',
      why: expect.stringContaining(`process ${pid} (`) as string,
      next: [`let it go on: fg in its terminal, or kill -CONT ${pid}`, `or end it: kill -KILL ${pid}`],
    }) as Error;
    await expect(untilFree(path, begin, 30)).rejects.toThrow(expected);
    expect(() => untilNotBusy(path, begin, 30)).toThrow(expected);
    database.close();
  });

  it('is opened though that one is stopped while it writes, since who only opens writes nothing', async () => {
    (await openDatabase(path)).close();
    const pid = await holder("d.exec('BEGIN IMMEDIATE')");
    process.kill(pid, 'SIGSTOP');
    (await openDatabase(path)).close();
  });
});

describe('a journal that was moved, replaced or deleted while it is open', () => {
  let journal: Journal;
  let lost: KlorosError[];
  let bus: Bus;
  beforeEach(async () => {
    lost = [];
    const onLost = (error: KlorosError) => void lost.push(error);
    bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'test', onLost });
    await bus.emit([signalOf('Q_A', { n: 1 })]);
    journal = await openJournal(path, silentLog);
  });
  afterEach(async () => {
    await journal.close();
    await bus.close();
  });

  it.each([
    ['its folder was moved', () => renameSync(dirname(path), `${dirname(path)}.aside`)],
    ['its file was deleted', () => rmSync(path)],
    ['its write-ahead log was deleted', () => rmSync(`${path}-wal`)],
    [
      'another was put in its place',
      () => {
        renameSync(dirname(path), `${dirname(path)}.aside`);
        mkdirSync(dirname(path));
        putOldJournal(path, 4);
      },
    ],
  ])('accepts nothing from then on: %s', async (_how, remove) => {
    remove();
    await expect(bus.emit([signalOf('Q_A', { n: 2 })])).rejects.toThrow(coded('JOURNAL_GONE'));
    expect(() => journal.demandPlace()).toThrow(coded('JOURNAL_GONE'));
  });

  it('is noticed within a second by a process that does nothing with it, once and with what to do', async () => {
    renameSync(dirname(path), `${dirname(path)}.aside`);
    const sinceMs = performance.now();
    await until('the loss', () => lost.length > 0);
    expect(performance.now() - sinceMs).toBeLessThan(1_000);
    expect(lost).toMatchObject([
      {
        code: 'JOURNAL_GONE',
        why: `${path} is no longer there`,
        next: expect.arrayContaining([
          'or begin with the one that is there now, or an empty one: kloros up',
        ]) as string[],
      },
    ]);
  });
});

describe('a journal with a damaged page', () => {
  beforeEach(async () => {
    const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'test' });
    await bus.emit(Array.from({ length: 400 }, (_, n) => signalOf('Q_A', { n, padding: 'x'.repeat(1_000) })));
    await bus.close();
    damagePages(path, signalPages(path).slice(20, 21));
  });

  async function readAll(bus: Bus): Promise<void> {
    for (let afterSeq = 0, page; (page = await bus.browse({ afterSeq })).length > 0;) afterSeq = page.at(-1)!.seq;
  }

  it('is recognised by who reads it and, within a second, by all others; nothing new is accepted', async () => {
    const [mine, theirs]: [KlorosError[], KlorosError[]] = [[], []];
    const open = (lost: KlorosError[]) =>
      openBus({ config, clock: systemClock, log: silentLog, name: 'test', onLost: (error) => void lost.push(error) });
    const [reader, other] = [await open(mine), await open(theirs)];
    await expect(readAll(reader)).rejects.toThrow(
      expect.objectContaining({
        code: 'JOURNAL_DAMAGED',
        next: expect.arrayContaining(['see what is damaged: kloros journal check']) as string[],
      }) as Error,
    );
    const sinceMs = performance.now();
    await until('the news', () => theirs.length > 0);
    expect(performance.now() - sinceMs).toBeLessThan(1_000);
    expect([...mine, ...theirs]).toMatchObject([{ code: 'JOURNAL_DAMAGED' }, { code: 'JOURNAL_DAMAGED' }]);
    await expect(reader.emit([signalOf('Q_A', { n: 1 })])).rejects.toThrow(coded('JOURNAL_DAMAGED'));
    await expect(other.emit([signalOf('Q_A', { n: 1 })])).rejects.toThrow(coded('JOURNAL_DAMAGED'));
    await reader.close();
    await other.close();
  });

  it('is named as that to who only looks', () => {
    const observer = openObserver(config);
    const readPast = () => {
      for (let afterSeq = 0, page; (page = observer.page({ afterSeq })).length > 0;) afterSeq = page.at(-1)!.seq;
    };
    expect(readPast).toThrow(coded('JOURNAL_DAMAGED'));
    observer.close();
  });

  it('is not worked on again before it is mended', async () => {
    const bus = await openBus({ config, clock: systemClock, log: silentLog, name: 'test' });
    await readAll(bus).catch(() => undefined);
    await bus.close();
    expect(damageNote(path)).toMatchObject({ pid: process.pid, why: 'database disk image is malformed' });
    expect(() => refuseKnownDamage(path, WHOLE)).toThrow(coded('JOURNAL_DAMAGED'));
    expect(() => refuseKnownDamage(path, 1)).toThrow(coded('JOURNAL_DAMAGED'));
  });
});

/** Enters a process among the owners, as every kloros does. */
const REGISTERED = `
  const read = (path) => require('fs').readFileSync(path, 'utf8');
  const stat = read('/proc/self/stat');
  const start = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  d.prepare("INSERT INTO owners (boot_id, pid, start_ticks, name, role) VALUES (?, ?, ?, 'chemical_bus', 'hub')")
    .run(read('/proc/sys/kernel/random/boot_id').trim(), process.pid, start)`;

it('works on again with a journal that was only misread once', async () => {
  (await openDatabase(path)).close();
  noteDamage(path, new Error('misread'));
  refuseKnownDamage(path, WHOLE);
  expect(damageNote(path)).toBeUndefined();
});

describe('a journal of an older version', () => {
  it('is not changed under a process of that version, which is named', async () => {
    putOldJournal(path, 4);
    const pid = await holder(REGISTERED);
    await expect(openDatabase(path)).rejects.toThrow(
      expect.objectContaining({
        code: 'JOURNAL_IN_USE',
        why: `an older kloros works at it: chemical_bus (process ${pid})`,
      }) as Error,
    );
    child!.kill('SIGKILL');
    await once(child!, 'exit');
    (await openDatabase(path)).close();
  });
});
