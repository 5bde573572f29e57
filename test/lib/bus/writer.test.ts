import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COLONY } from '../../../src/lib/signals/origin.js';
import { KlorosError } from '../../../src/lib/base/errors.js';
import type { Operation } from '../../../src/lib/bus/embedded/operations.js';
import { Writer, type WriterEvents } from '../../../src/lib/bus/embedded/writer.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '../../helpers/colony.js';

const ROW = { name: 'Q_A', trace: '', atMs: 0, priority: 2, frame: Buffer.alloc(0), from: COLONY, chain: COLONY };
const reopen = (number: number): Operation<'reopen'> => ({ kind: 'reopen', number });

describe('the writer', () => {
  let folder: string;
  let database: Database.Database;
  let other: Database.Database;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kloros-writer-'));
    const open = () => new Database(join(folder, 'test.db'), { timeout: 0 });
    database = open();
    database.pragma('journal_mode = WAL');
    database.exec('CREATE TABLE written (number INTEGER)');
    other = open();
  });
  afterEach(() => {
    database.close();
    other.close();
    rmSync(folder, { recursive: true });
  });

  function writer(events: WriterEvents = {}): Writer {
    const insert = database.prepare('INSERT INTO written VALUES (?)');
    return new Writer(
      database,
      (operation) => {
        if (operation.kind !== 'reopen') return undefined;
        insert.run(operation.number);
        if (operation.number < 0) throw new KlorosError({ code: 'NEGATIVE', message: 'no' });
        return undefined;
      },
      events,
    );
  }
  const written = () => database.prepare('SELECT number FROM written ORDER BY rowid').pluck().all();

  it('writes what is submitted together in one commit', async () => {
    const version = () => other.pragma('data_version', { simple: true }) as number;
    const before = version();
    const { submit } = bound(writer());
    await Promise.all([1, 2, 3].map((number) => submit(reopen(number))));
    expect(written()).toEqual([1, 2, 3]);
    expect(version() - before).toBe(1);
  });

  it('ends a commit after some thousand rows, so that others may write in between', async () => {
    const rows = Array.from({ length: 1_500 }, (_, n) => ({ ...ROW, id: String(n) }));
    const version = () => other.pragma('data_version', { simple: true }) as number;
    const { submit } = bound(writer());
    const versions = await Promise.all(
      [1, 2, 3].map((number) =>
        Promise.all([submit({ kind: 'append', rows }), submit(reopen(number))]).then(() => version()),
      ),
    );
    expect(new Set(versions).size).toBe(2);
  });

  it('undoes a refused operation alone', async () => {
    const { submit } = bound(writer());
    const results = await Promise.allSettled([submit(reopen(1)), submit(reopen(-2)), submit(reopen(3))]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(written()).toEqual([1, 3]);
  });

  it('waits for a lock that another holds without blocking the event loop, and names the wait when it is long', async () => {
    const waits: number[] = [];
    const { submit } = bound(writer({ stuck: (waitedMs) => waits.push(waitedMs) }));
    other.exec('BEGIN IMMEDIATE');
    const submitted = submit(reopen(1));
    await until('it says that it is stuck', () => waits.length > 0);
    other.exec('COMMIT');
    await submitted;
    expect(waits[0]).toBeGreaterThanOrEqual(2_000);
    expect(written()).toEqual([1]);
  });

  it('writes what was submitted before it closes, and refuses more', async () => {
    const open = writer();
    const submitted = open.submit(reopen(1));
    await open.close();
    await submitted;
    expect(written()).toEqual([1]);
    await expect(open.submit(reopen(2))).rejects.toMatchObject({ code: 'JOURNAL_CLOSED' });
  });
});

function bound(writer: Writer) {
  return { submit: (operation: Operation<'reopen' | 'append'>) => writer.submit(operation) };
}
