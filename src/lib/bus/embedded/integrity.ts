import { toError } from '../../base/errors.js';
import type { Integrity } from '../observer.js';
import type { Database } from './database.js';
import type { StoredRow } from './reader.js';
import { signalOf } from './rows.js';

/** Tables that stay small, and so are always looked at whole. */
const SMALL_TABLES = ['names', 'consumers', 'work', 'owners', 'dead', 'state', 'meta'];
const SAMPLES = 1_000;
const MOST_PROBLEMS = 10;

/**
 * Whether the journal is what it should be, in bounded time: SQLite's quick_check of every page where the journal is
 * small; of a large one its small tables, and signals from all over it, each found by position and by id and decoded.
 */
export function integrityOf(database: Database, wholeBytes: number): Integrity {
  const bytes = numberOf(database, 'page_count') * numberOf(database, 'page_size');
  const complete = bytes <= wholeBytes;
  const checked = complete ? [quickCheck(database)] : SMALL_TABLES.map((table) => quickCheck(database, table));
  const sample = sampleOf(database);
  return {
    problems: [...checked.flat(), ...sample.problems].slice(0, MOST_PROBLEMS),
    looked: sample.looked,
    complete,
    bytes,
  };
}

function quickCheck(database: Database, table?: string): string[] {
  const pragma = table === undefined ? `quick_check(${MOST_PROBLEMS})` : `quick_check('${table}')`;
  try {
    const rows = database.pragma(pragma) as { quick_check: string }[];
    return rows.map((row) => row.quick_check).filter((text) => text !== 'ok');
  } catch (error) {
    return [toError(error).message]; // Damage may stop the very check that looks for it.
  }
}

interface Sample {
  looked: number;
  problems: string[];
}

function sampleOf(database: Database): Sample {
  try {
    return lookAround(database);
  } catch (error) {
    return { looked: 0, problems: [toError(error).message] }; // Not even the ends of the table were found.
  }
}

function lookAround(database: Database): Sample {
  const range = database
    .prepare<[], { first: number | null; last: number | null }>(
      'SELECT min(seq) AS first, max(seq) AS last FROM signals',
    )
    .get();
  if (range?.first == null || range.last == null) return { looked: 0, problems: [] };
  const step = Math.max(1, (range.last - range.first) / SAMPLES);
  const next = database.prepare<[number], StoredRow>(
    `SELECT seq, signals.id, names.name, at_ms AS atMs, frame FROM signals JOIN names ON names.id = name_id
     WHERE seq >= ? ORDER BY seq LIMIT 1`,
  );
  const seqOf = database.prepare<[string], number>('SELECT seq FROM signals WHERE id = ?').pluck();
  const found = { looked: 0, problems: [] as string[] };
  for (let at = range.first; at <= range.last; at += step) {
    const problem = problemOf(
      () => next.get(Math.ceil(at)),
      (id) => seqOf.get(id),
    );
    found.looked += 1;
    if (problem !== undefined) found.problems.push(problem);
  }
  return found;
}

function problemOf(read: () => StoredRow | undefined, seqOf: (id: string) => number | undefined): string | undefined {
  try {
    const row = read();
    if (row === undefined) return undefined;
    const { unreadable } = signalOf(row);
    if (unreadable !== undefined) return `signal ${row.id} cannot be read: ${unreadable}`;
    return seqOf(row.id) === row.seq ? undefined : `signal ${row.id} is not found by its id`;
  } catch (error) {
    return toError(error).message;
  }
}

function numberOf(database: Database, pragma: string): number {
  return Number(database.pragma(pragma, { simple: true }));
}
