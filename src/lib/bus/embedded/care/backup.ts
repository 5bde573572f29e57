import Database from 'better-sqlite3';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { draftOf } from '../../../base/drafts.js';
import { KlorosError } from '../../../base/errors.js';
import { damagedError, explainedError } from '../journal-errors.js';
import { refuseNewerVersion, versionOf } from '../migrate.js';
import { untilNotBusy } from '../patience.js';
import { noJournal } from './no-journal.js';

/** A copy of a journal that was looked at whole. */
export interface Copied {
  file: string;
  bytes: number;
  signals: number;
  /** Position of the newest signal in it. */
  newest: number;
}

const ALL_PAGES = 2 ** 31 - 1;

/**
 * Copies a journal into a new file by SQLite's own means, also while a colony writes it, and looks at the copy whole.
 * Throws JOURNAL_NOT_FOUND, FILE_EXISTS, JOURNAL_DAMAGED.
 */
export async function backupJournal(path: string, file: string): Promise<Copied> {
  if (existsSync(file)) throw exists(file);
  const partial = draftOf(file);
  mkdirSync(dirname(file), { recursive: true });
  try {
    const copied = await copyJournal(path, partial);
    renameSync(partial, file);
    syncFolder(dirname(file));
    return { ...copied, file };
  } finally {
    rmSync(partial, { force: true });
  }
}

/** Copies a journal, as it is at one moment, into one plain file without a write-ahead log, and verifies it. */
export async function copyJournal(path: string, to: string): Promise<Copied> {
  if (!existsSync(path)) throw noJournal(path);
  const source = new Database(path, { readonly: true });
  try {
    refuseNewerVersion(
      path,
      untilNotBusy(path, () => versionOf(source)),
    );
    // In one step: between two, a writer would have it begin anew, and under load it would never end.
    await source.backup(to, { progress: () => ALL_PAGES });
    return { file: to, ...sealed(to) };
  } catch (error) {
    throw explainedError(path, error);
  } finally {
    source.close();
  }
}

/** Makes one plain file of a database and looks at all of it; throws JOURNAL_DAMAGED. */
export function sealed(file: string): Omit<Copied, 'file'> {
  const database = new Database(file);
  try {
    database.pragma('journal_mode = DELETE');
    const problems = database.pragma('integrity_check(1)', { simple: true });
    if (problems !== 'ok') throw damagedError(file, new Error(String(problems)));
    const count = (query: string) => Number(database.prepare(query).pluck().get() ?? 0);
    return {
      bytes: count('SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()'),
      signals: count('SELECT count(*) FROM signals'),
      newest: count('SELECT max(seq) FROM signals'),
    };
  } finally {
    database.close();
    syncFile(file);
  }
}

function syncFile(file: string): void {
  const descriptor = openSync(file, 'r+');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

/** Makes a rename in a folder last through a power failure. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  fsyncSync(descriptor);
  closeSync(descriptor);
}

function exists(file: string): KlorosError {
  return new KlorosError({
    code: 'FILE_EXISTS',
    message: `${file} exists already`,
    why: 'a backup replaces no other',
    next: ['name another file', 'or none: it is named after the time then'],
  });
}
