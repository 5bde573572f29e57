import { existsSync, linkSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { isoTimestamp, systemClock } from '../../../base/clock.js';
import { errorCode } from '../../../base/errors.js';
import { readHighWater, writeHighWater } from '../high-water.js';
import { openPauses } from '../pauses.js';
import { syncFolder } from './backup.js';
import { refuseWhileOpen } from './not-open.js';

/** Numbers that a journal has given away, and another in its place must not give again. */
export interface GivenNumbers {
  signals: number;
  dead: number;
  owners: number;
  token: number;
}

/** Where a counter could not be read, what was given since the last that is known. */
const SURELY_BEYOND = 1_000_000;

/** What a journal has given away, as far as it can be read. */
export function givenBy(path: string): GivenNumbers {
  const mark = readHighWater(path);
  const reader = existsSync(path) ? readerOf(path) : undefined;
  const of = (table: string) => reader?.read(`SELECT seq FROM sqlite_sequence WHERE name = '${table}'`);
  const known = {
    signals: of('signals'),
    dead: of('dead'),
    owners: of('owners'),
    token: reader?.read("SELECT value FROM meta WHERE key = 'token'"),
  };
  reader?.close();
  const beyond = reader === undefined ? 0 : SURELY_BEYOND;
  return {
    signals: Math.max(mark, known.signals ?? mark + beyond),
    dead: known.dead ?? beyond,
    owners: known.owners ?? beyond,
    token: known.token ?? beyond * SURELY_BEYOND,
  };
}

interface NumberReader {
  read(query: string): number | undefined;
  close(): void;
}

function readerOf(path: string): NumberReader {
  try {
    const database = new Database(path, { readonly: true });
    const read = (query: string) => Number(database.prepare(query).pluck().get() ?? 0);
    return { read: (query) => orUndefined(() => read(query)), close: () => void database.close() };
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return { read: () => undefined, close: () => undefined };
  }
}

/** Undefined where the journal is damaged just there. */
function orUndefined(read: () => number): number | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/**
 * Makes a copy fit to be worked on: nobody holds its work, no number is given a second time, and all daemons are paused
 * with the reason, so that an operator sees what was lost before anything is handled.
 */
export function madeReady(file: string, given: GivenNumbers, reason: string): void {
  const database = new Database(file);
  try {
    database.transaction(() => {
      database.exec('UPDATE work SET token = 0, owner = 0; DELETE FROM owners;');
      for (const table of ['signals', 'dead', 'owners'] as const) raise(database, table, given[table]);
      database.prepare("UPDATE meta SET value = max(value, ?) WHERE key = 'token'").run(given.token);
      const pause = { by: 'operator', reason, sinceMs: systemClock.nowMs() };
      openPauses(database).change({ daemons: null, pause });
    })();
  } finally {
    database.close();
  }
}

function raise(database: Database.Database, table: string, atLeast: number): void {
  const { changes } = database
    .prepare('UPDATE sqlite_sequence SET seq = max(seq, ?) WHERE name = ?')
    .run(atLeast, table);
  if (changes === 0) database.prepare('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)').run(table, atLeast);
}

/**
 * Puts a finished file in the journal's place and keeps what was there in a folder beside it, which it answers.
 * The log of the old one goes first: beside another file it would be taken for that one's.
 */
export async function replaceJournal(path: string, file: string, given: GivenNumbers): Promise<string> {
  await refuseWhileOpen(path);
  const stamp = isoTimestamp(systemClock.nowMs()).replaceAll(/[:.]/g, '-');
  const kept = join(dirname(path), `replaced-${stamp}`);
  mkdirSync(kept, { recursive: true });
  if (existsSync(path)) linkSync(path, join(kept, basename(path)));
  for (const part of ['-wal', '-shm']) moveIfThere(`${path}${part}`, join(kept, `${basename(path)}${part}`));
  renameSync(file, path);
  rmSync(join(dirname(path), 'damage.json'), { force: true });
  writeHighWater(path, given.signals);
  syncFolder(dirname(path));
  return kept;
}

function moveIfThere(from: string, to: string): void {
  if (existsSync(from)) renameSync(from, to);
}
