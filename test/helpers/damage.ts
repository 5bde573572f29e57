import Sqlite from 'better-sqlite3';
import { closeSync, openSync, writeSync } from 'node:fs';
import { randomBytes } from 'node:crypto';

const PAGE_BYTES = 4096;

/** Writes nonsense over pages of a database that nobody has open, as a failing disk does; the first page is 0. */
export function damagePages(path: string, pages: readonly number[]): void {
  const file = openSync(path, 'r+');
  for (const page of pages) writeSync(file, randomBytes(PAGE_BYTES), 0, PAGE_BYTES, page * PAGE_BYTES);
  closeSync(file);
}

/** Pages of a journal that hold signals, and nothing else. */
export function signalPages(path: string): number[] {
  const database = new Sqlite(path, { readonly: true });
  const pages = database
    .prepare<[], number>("SELECT pageno - 1 FROM dbstat WHERE name = 'signals' AND pagetype = 'leaf' ORDER BY pageno")
    .pluck()
    .all();
  database.close();
  return pages;
}
