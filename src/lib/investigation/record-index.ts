import { closeSync, fstatSync, mkdirSync, openSync, readSync, rmSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';

/** Where one row lies in the JSONL file, in bytes. */
export interface RowPlace {
  offset: number;
  length: number;
}

/** What a row is found by. */
export interface RowKeys extends RowPlace {
  id: string;
  question_id: string;
  signal_id: string | null;
  investigation_timestamp: string | null;
}

/** Which file, and how much of it, the index knows. */
export interface IndexedFile {
  /** Bytes up to which every complete line is indexed. */
  bytes: number;
  /** Lines among them that are no investigation. */
  badLines: number;
  /** Inode and hash of the first bytes: another file in the same place is another file. */
  identity: string;
}

/** A column that rows are found by. */
export type RowKey = 'id' | 'question_id' | 'signal_id' | 'investigation_timestamp';

const VERSION = 1;
const HEAD_BYTES = 256;
const BUSY_TIMEOUT_MS = 2_000;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS rows (offset INTEGER PRIMARY KEY, length INTEGER NOT NULL, id TEXT NOT NULL,
    question_id TEXT NOT NULL, signal_id TEXT, investigation_timestamp TEXT);
  CREATE INDEX IF NOT EXISTS by_id ON rows (id, offset);
  CREATE INDEX IF NOT EXISTS by_question ON rows (question_id, offset);
  CREATE INDEX IF NOT EXISTS by_signal ON rows (signal_id, offset);
  CREATE INDEX IF NOT EXISTS by_timestamp ON rows (investigation_timestamp, offset);
  CREATE TABLE IF NOT EXISTS file (one INTEGER PRIMARY KEY CHECK (one = 1), bytes INTEGER NOT NULL,
    bad_lines INTEGER NOT NULL, identity TEXT NOT NULL);
  PRAGMA user_version = ${VERSION};`;

const place = z.object({ offset: z.number(), length: z.number() });
const fileRow = z.object({ bytes: z.number(), bad_lines: z.number(), identity: z.string() });

/** A lookup index over the JSONL file. It holds nothing that the file does not, and may be deleted at any time. */
export class RecordIndex {
  readonly #db: Database.Database;

  constructor(path: string) {
    mkdirSync(dirname(path), { recursive: true });
    this.#db = openOrRenew(path);
  }

  known(): IndexedFile {
    const row = this.#db.prepare('SELECT bytes, bad_lines, identity FROM file').get();
    if (row === undefined) return { bytes: 0, badLines: 0, identity: '' };
    const { bytes, bad_lines: badLines, identity } = fileRow.parse(row);
    return { bytes, badLines, identity };
  }

  /** Adds rows and remembers how far the file is known; the same rows again change nothing. */
  add(rows: readonly RowKeys[], file: IndexedFile): void {
    const insert = this.#db.prepare(
      'INSERT OR REPLACE INTO rows VALUES (:offset, :length, :id, :question_id, :signal_id, :investigation_timestamp)',
    );
    this.#db
      .transaction(() => {
        for (const row of rows) insert.run(row);
        this.#db.prepare('INSERT OR REPLACE INTO file VALUES (1, :bytes, :badLines, :identity)').run(file);
      })
      .immediate();
  }

  /** Forgets everything: the file was replaced. */
  clear(): void {
    this.#db.exec('BEGIN IMMEDIATE; DELETE FROM rows; DELETE FROM file; COMMIT');
  }

  /** The newest row with this value. */
  newest(key: RowKey, value: string): RowPlace | undefined {
    const sql = `SELECT offset, length FROM rows WHERE ${key} = ? ORDER BY offset DESC LIMIT 1`;
    return place.optional().parse(this.#db.prepare(sql).get(value));
  }

  count(): number {
    return z.number().parse(this.#db.prepare('SELECT count(*) FROM rows').pluck().get());
  }

  close(): void {
    this.#db.close();
  }
}

/** What tells this file from another one that took its place. */
export function fileIdentity(path: string): { identity: string; size: number } | undefined {
  let handle: number;
  try {
    handle = openSync(path, 'r');
  } catch {
    return undefined; // No file yet: nothing to index.
  }
  try {
    const { ino, size } = fstatSync(handle);
    const head = Buffer.alloc(Math.min(HEAD_BYTES, size));
    readSync(handle, head, 0, head.length, 0);
    const firstLine = head.subarray(0, Math.max(0, head.indexOf('\n')) || head.length);
    return { identity: `${ino}:${createHash('sha256').update(firstLine).digest('hex')}`, size };
  } finally {
    closeSync(handle);
  }
}

function openOrRenew(path: string): Database.Database {
  try {
    return open(path);
  } catch {
    // Damaged, or of another version: it is made anew from the file.
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    return open(path);
  }
}

function open(path: string): Database.Database {
  const db = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = NORMAL');
    const version = db.pragma('user_version', { simple: true });
    if (version !== 0 && version !== VERSION) throw new Error(`index of version ${String(version)}`);
    db.exec(SCHEMA);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
