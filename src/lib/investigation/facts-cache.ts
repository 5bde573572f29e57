import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { fileFactsSchema, importsSchema, type FileFacts, type FileImport } from './file-facts.js';

// Another version of the readers reads other facts.
const VERSION = 1;
const BUSY_TIMEOUT_MS = 200;
const SCHEMA = `
  CREATE TABLE IF NOT EXISTS facts (key TEXT PRIMARY KEY, facts TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS imports (path TEXT PRIMARY KEY, stamp TEXT NOT NULL, imports TEXT NOT NULL) WITHOUT ROWID;
  PRAGMA user_version = ${VERSION};`;

const text = z.string().optional();
const importsRow = z.object({ path: z.string(), stamp: z.string(), imports: z.string() });

/** Imports of a file as it was at a stamp. */
export interface StampedImports {
  path: string;
  stamp: string;
  imports: FileImport[];
}

/**
 * What was read from files, by their content, and imports by path and stamp. It only saves time:
 * one that cannot be opened, read or written costs parsing, and nothing else.
 */
export class FactsCache {
  readonly #db: Database.Database | undefined;

  constructor(path: string) {
    this.#db = openCache(path);
  }

  facts(key: string): FileFacts | undefined {
    const row = this.#try((db) => text.parse(db.prepare('SELECT facts FROM facts WHERE key = ?').pluck().get(key)));
    return row === undefined ? undefined : parsed(row, fileFactsSchema);
  }

  putFacts(key: string, facts: FileFacts): void {
    this.#try((db) => db.prepare('INSERT OR REPLACE INTO facts VALUES (?, ?)').run(key, JSON.stringify(facts)));
  }

  /** Imports of every file below a folder. */
  importsBelow(folder: string): Map<string, StampedImports> {
    const sql = 'SELECT path, stamp, imports FROM imports WHERE path >= ? AND path < ?';
    // `0` is the character after `/`.
    const rows = this.#try((db) => z.array(importsRow).parse(db.prepare(sql).all(`${folder}/`, `${folder}0`))) ?? [];
    const known = rows.flatMap(({ path, stamp, imports }) => {
      const list = parsed(imports, importsSchema);
      return list ? [[path, { path, stamp, imports: list }] as const] : [];
    });
    return new Map(known);
  }

  putImports(rows: readonly StampedImports[]): void {
    this.#try((db) => {
      const insert = db.prepare('INSERT OR REPLACE INTO imports VALUES (?, ?, ?)');
      db.transaction(() => {
        for (const { path, stamp, imports } of rows) insert.run(path, stamp, JSON.stringify(imports));
      }).immediate();
    });
  }

  close(): void {
    this.#db?.close();
  }

  #try<T>(task: (db: Database.Database) => T): T | undefined {
    try {
      return this.#db && task(this.#db);
    } catch {
      return undefined; // Busy, full or damaged: parse instead.
    }
  }
}

function parsed<T>(json: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.parse(JSON.parse(json));
  } catch {
    return undefined;
  }
}

function openCache(path: string): Database.Database | undefined {
  try {
    mkdirSync(dirname(path), { recursive: true });
    return openOrRenew(path);
  } catch {
    return undefined;
  }
}

function openOrRenew(path: string): Database.Database {
  try {
    return open(path);
  } catch {
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    return open(path);
  }
}

function open(path: string): Database.Database {
  const db = new Database(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = OFF');
    const version = db.pragma('user_version', { simple: true });
    if (version !== 0 && version !== VERSION) throw new Error(`cache of version ${String(version)}`);
    db.exec(SCHEMA);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
