import Database from 'better-sqlite3';
import { isUtf8 } from 'node:buffer';
import { existsSync, rmSync } from 'node:fs';
import { KlorosError } from '../../../base/errors.js';
import { openDatabase } from '../database.js';
import { damagedError, isDamage } from '../journal-errors.js';
import { readHighWater } from '../high-water.js';
import { refuseNewerVersion, versionOf } from '../migrate.js';
import { sealed } from './backup.js';
import { noJournal } from './no-journal.js';
import { refuseWhileOpen } from './not-open.js';
import { givenBy, madeReady, replaceJournal } from './replace.js';
import { readWhileWhole, SignalSalvage, spansOf, type Span } from './salvage-rows.js';
import { copyTables, sharedColumns, writerOf, type SalvagedTable } from './salvage-tables.js';

/** What was saved of a damaged journal, and what was not. */
export interface Salvaged {
  signals: number;
  tables: SalvagedTable[];
  /** Positions of signals that could not be read. */
  lost: Span[];
  lostSignals: number;
  /** Every one of them is known to have been there: an index still names it. Else some of them may never have been. */
  lostForSure: boolean;
  /** Unfinished work whose signal is lost. */
  lostWork: number;
  /** Folder with the damaged file; undefined where nothing was changed. */
  kept: string | undefined;
}

/**
 * Copies what can be read of a journal into a fresh one, which takes its place; only counts it where `dryRun` is set.
 * Throws JOURNAL_IN_USE, JOURNAL_NOT_FOUND, and JOURNAL_DAMAGED where not even its tables can be found.
 */
export async function salvageJournal(path: string, { dryRun }: { dryRun: boolean }): Promise<Salvaged> {
  if (!existsSync(path)) throw noJournal(path);
  await refuseWhileOpen(path);
  const fresh = `${path}.salvaged`;
  removeParts(fresh);
  try {
    const given = givenBy(path);
    const saved = await copyReadable(path, fresh);
    if (dryRun) return { ...saved, kept: undefined };
    madeReady(fresh, given, reasonOf(saved));
    sealed(fresh);
    return { ...saved, kept: await replaceJournal(path, fresh, given) };
  } finally {
    removeParts(fresh);
  }
}

async function copyReadable(path: string, fresh: string): Promise<Omit<Salvaged, 'kept'>> {
  // Who only reads copies nothing of the log into the file, which stays as it was found.
  const from = opened(path);
  const to = await openDatabase(fresh);
  try {
    to.pragma('synchronous = OFF'); // It is looked at whole, and synced, before it is used.
    return to.transaction(() => {
      const tables = copyTables(from, to);
      const { unread, undecoded } = copySignals(from, to, lastKnown(from, path));
      const lost = lostOf(from, to, [...unread, ...undecoded]);
      return { ...lost, signals: countOf(to, 'signals'), tables, lostWork: dropOrphans(to) };
    })();
  } finally {
    from.close();
    to.close();
  }
}

function opened(path: string): Database.Database {
  const database = new Database(path, { readonly: true });
  try {
    refuseNewerVersion(path, versionOf(database));
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch (error) {
    database.close();
    throw isDamage(error) ? withoutTables(path, error) : error;
  }
}

function copySignals(
  from: Database.Database,
  to: Database.Database,
  end: number,
): { unread: Span[]; undecoded: Span[] } {
  const columns = sharedColumns(from, to, 'signals');
  const write = writerOf(to, 'signals', columns);
  const nameOf = to.prepare<[number], string>('SELECT name FROM names WHERE id = ?').pluck();
  const addName = to.prepare('INSERT OR IGNORE INTO names (id, name) VALUES (?, ?)');
  const undecoded: number[] = [];
  const take = (row: Record<string, unknown>) => {
    const { seq, name_id: nameId } = row as { seq: number; name_id: number };
    const name = nameOf.get(nameId) ?? nameIn(row);
    if (name === undefined || !isWhole(row)) return void undecoded.push(seq);
    if (nameOf.get(nameId) === undefined) addName.run(nameId, name);
    write(row);
  };
  const unread = new SignalSalvage(from, columns, take).run(end + 1);
  return { unread, undecoded: spansOf(undecoded) };
}

/** Where the table of names lost it, a signal of ours says itself what it is. */
function nameIn(row: Record<string, unknown>): string | undefined {
  try {
    const { signal } = JSON.parse(String(row['frame'])) as { signal?: unknown };
    return typeof signal === 'string' ? signal : undefined;
  } catch {
    return undefined; // Nobody knows any more what it was.
  }
}

/** A page that holds only the content of a signal can be damaged without SQLite's noticing. */
function isWhole(row: Record<string, unknown>): boolean {
  const { frame } = row as { frame: Buffer };
  try {
    // Nested deeper than readers take is no damage: whatever is JSON is kept.
    const value: unknown = JSON.parse(frame.toString());
    return isUtf8(frame) && typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

/** The last position that anything tells of: none beyond it is looked for. */
function lastKnown(from: Database.Database, path: string): number {
  let last = readHighWater(path);
  const note = (seq: number) => void (last = Math.max(last, seq));
  const asked = [IN_INDEX, "SELECT seq FROM sqlite_sequence WHERE name = 'signals'"];
  for (const query of asked) readWhileWhole(() => from.prepare<[], number>(query).pluck().iterate(), note);
  return last;
}

const IN_INDEX = 'SELECT seq FROM signals INDEXED BY signals_name';

/** What an index names and the copy has not is lost for sure; without an index, every position that could not be read may be. */
function lostOf(from: Database.Database, to: Database.Database, unread: readonly Span[]) {
  const has = to.prepare<[number], number>('SELECT 1 FROM signals WHERE seq = ?').pluck();
  const missing: number[] = [];
  const indexed = () => from.prepare<[], number>(IN_INDEX).pluck().iterate();
  const note = (seq: number) => {
    if (has.get(seq) === undefined) missing.push(seq);
  };
  const lostForSure = readWhileWhole(indexed, note);
  if (!lostForSure)
    for (const { from: first, to: last } of unread) for (let seq = first; seq <= last; seq += 1) note(seq);
  const lost = spansOf(missing);
  return { lost, lostSignals: lost.reduce((sum, span) => sum + span.to - span.from + 1, 0), lostForSure };
}

/** Work whose signal is gone cannot be done, and a dead letter whose signal is gone tells of it without being reopened. */
function dropOrphans(to: Database.Database): number {
  to.exec("UPDATE meta SET value = 0 WHERE key = 'indexed'"); // The hub writes down the names of subjects once more.
  to.exec('UPDATE dead SET seq = NULL WHERE seq NOT IN (SELECT seq FROM signals)');
  return to
    .prepare(
      'DELETE FROM work WHERE seq NOT IN (SELECT seq FROM signals) OR consumer NOT IN (SELECT id FROM consumers)',
    )
    .run().changes;
}

function countOf(database: Database.Database, table: string): number {
  return Number(database.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
}

function removeParts(file: string): void {
  for (const part of ['', '-wal', '-shm', '-journal']) rmSync(file + part, { force: true });
}

function reasonOf({ lostSignals, tables }: Omit<Salvaged, 'kept'>): string {
  const partly = tables.filter(({ complete }) => !complete).map(({ table }) => table);
  const tablesLost = partly.length > 0 ? `, and parts of ${partly.join(', ')}` : '';
  return `the journal was salvaged: ${lostSignals} signals are lost${tablesLost}`;
}

function withoutTables(path: string, cause: unknown): KlorosError {
  const { message, code } = damagedError(path, cause);
  return new KlorosError({
    code,
    message,
    why: 'its first pages are destroyed, in which stands where its tables are: nothing else can be found without them',
    next: ['put a backup in its place: kloros journal restore <file>', 'or begin anew: kloros journal restore --help'],
    cause,
  });
}
