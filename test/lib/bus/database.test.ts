import Database from 'better-sqlite3';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { COLONY } from '../../../src/lib/signals/origin.js';
import { openDatabase, refuseOldSqlite, refuseUnsafeFileSystem } from '../../../src/lib/bus/embedded/database.js';
import { readHighWater, writeHighWater } from '../../../src/lib/bus/embedded/high-water.js';
import { lockHolders } from '../../../src/lib/bus/embedded/lock-holders.js';
import { openJournal } from '../../../src/lib/bus/embedded/journal.js';
import { portHolder } from '../../../src/lib/base/port-holder.js';
import { SCHEMA_VERSION } from '../../../src/lib/bus/embedded/schema.js';
import { silentLog } from '../../helpers/colony.js';
import { putOldJournal } from '../../helpers/old-journal.js';

describe('what the journal trusts', () => {
  it.each([
    [0x6969, 'nfs'],
    [0xff534d42, 'cifs'],
    [0xff534d42 | 0, 'cifs'],
    [0xfe534d42, 'smb2'],
    [0x01021997, '9p'],
    [0x65735546, 'fuse'],
  ])('is no file system of type %i, which is %s', (magic, kind) => {
    expect(() => refuseUnsafeFileSystem('/srv/home/journal', magic)).toThrow(
      expect.objectContaining({
        code: 'UNSAFE_FILE_SYSTEM',
        message: 'The journal cannot live in /srv/home/journal',
        why: expect.stringContaining(`it is a ${kind} file system`) as string,
        next: ['set KLOROS_HOME to a folder on a local disk'],
      }) as Error,
    );
  });

  it.each([0xef53, 0x01021994, 0x9123683e, 0x9123683e | 0, 0x58465342, 0x794c7630])(
    'is a local file system, of type %i',
    (magic) => expect(() => refuseUnsafeFileSystem('/srv', magic)).not.toThrow(),
  );

  it.each(['3.51.2', '3.50.9', '3.9.99', '2.99.99', '3', ''])('is no SQLite %s', (version) => {
    expect(() => refuseOldSqlite(version)).toThrow(
      expect.objectContaining({
        code: 'SQLITE_TOO_OLD',
        why: 'before 3.51.3 a checkpoint of a WAL could lose data',
        next: ['npm rebuild better-sqlite3'],
      }) as Error,
    );
  });

  it.each(['3.51.3', '3.51.10', '3.52.0', '4.0.0'])('is SQLite %s', (version) => {
    expect(() => refuseOldSqlite(version)).not.toThrow();
  });
});

describe('the journal on disk', () => {
  let folder: string;
  let path: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kloros-journal-'));
    path = join(folder, 'journal', 'signals.db');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is made with its folder, and opened again as it is', async () => {
    (await openDatabase(path)).close();
    const again = await openDatabase(path);
    expect(again.pragma('journal_mode', { simple: true })).toBe('wal');
    again.close();
  });

  it('of the first kloros is brought up to date and keeps what is in it', async () => {
    putOldJournal(path, 1);
    const database = await openDatabase(path);
    const all = (query: string) => database.prepare(query).all();
    expect(database.pragma('user_version', { simple: true })).toBe(SCHEMA_VERSION);
    expect(all('SELECT seq, attempts, first_attempt_ms FROM work')).toEqual([
      { seq: 2, attempts: 1, first_attempt_ms: null },
    ]);
    expect(all('SELECT * FROM foreign_seen')).toEqual([{ key: 'bytes x', until_ms: 5, id: '' }]);
    expect(all('SELECT seq FROM signals')).toHaveLength(3);
    expect(all('SELECT seq FROM dead')).toEqual([{ seq: 1 }]);
    database.close();
  });

  it('of any older kloros has all that a new one has', async () => {
    const shape = async (at: string) => {
      const database = await openDatabase(at);
      const names = database.prepare('SELECT type, name FROM sqlite_schema ORDER BY type, name').all();
      database.close();
      return names;
    };
    const ofVersion = async (version: 1 | 4) => {
      const at = join(folder, String(version), 'signals.db');
      putOldJournal(at, version);
      return shape(at);
    };
    const asNew = await shape(path);
    expect(await ofVersion(1)).toEqual(asNew);
    expect(await ofVersion(4)).toEqual(asNew);
  });

  it('of a newer kloros is left alone, with words', async () => {
    (await openDatabase(path)).close();
    const newer = new Database(path);
    newer.pragma('user_version = 99');
    newer.close();
    await expect(openDatabase(path)).rejects.toThrow(expect.objectContaining({ code: 'JOURNAL_TOO_NEW' }) as Error);
  });

  it('that is no database is left alone, with words', async () => {
    (await openDatabase(path)).close();
    writeFileSync(path, 'no database at all, but of more than a hundred bytes: '.repeat(10));
    await expect(openDatabase(path)).rejects.toThrow(expect.objectContaining({ code: 'JOURNAL_DAMAGED' }) as Error);
  });

  it('cannot be opened where its folder is a file: the error says what, why and what now', async () => {
    writeFileSync(join(folder, 'journal'), '');
    await expect(openDatabase(path)).rejects.toThrow(
      expect.objectContaining({
        code: 'JOURNAL_NOT_WRITABLE',
        why: expect.any(String) as string,
        next: expect.any(Array) as string[],
      }) as Error,
    );
  });

  it('that lost its end goes on above the side mark', async () => {
    const journal = await openJournal(path, silentLog);
    writeHighWater(path, 500);
    expect(await journal.write({ kind: 'resumeAbove', seq: readHighWater(path) })).toBe(0);
    const row = {
      id: 'A'.repeat(26),
      name: 'Q_A',
      trace: 't',
      atMs: 1,
      priority: 2,
      frame: Buffer.from('{}'),
      from: COLONY,
      chain: COLONY,
    };
    await journal.write({ kind: 'append', rows: [row] });
    expect(journal.read.newest()).toBe(501);
    await journal.close();
  });

  it('names the process that holds its write lock', async () => {
    const database = await openDatabase(path);
    const inode = statSync(`${path}-shm`).ino;
    const held = `1: POSIX  ADVISORY  WRITE 4242 fd:00:${inode} 120 120\n2: POSIX  ADVISORY  READ 7 fd:00:${inode} 123 123\n3: POSIX  ADVISORY  WRITE 8 fd:00:1 120 120`;
    expect(lockHolders(path, held)).toEqual([4242]);
    database.close();
  });

  it('asks nobody who listens on a port that is free', async () => {
    expect(portHolder(1)).toBeUndefined();
  });
});
