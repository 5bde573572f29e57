import type { BegunWork, BrowseQuery, Standing } from '../bus.js';
import { openConsumerReader, type ConsumerReader } from './consumer-reader.js';
import { ANY_MASK, maskOf, type Entrance } from '../../signals/origin.js';
import type { Database } from './database.js';
import { openEntrances } from './entrances.js';
import { TAKEN_BY_MASK } from './subscriptions.js';
import { openBegunReader } from './begun.js';
import { openStandingReader } from './standing.js';

/** A journalled row, undecoded. */
export interface StoredRow {
  seq: number;
  id: string;
  name: string;
  atMs: number;
  frame: Buffer;
  /** By which door it came in, and the least of all that led to it. */
  from: Entrance;
  chain: Entrance;
}

/** A row as SQLite answers it, with the numbers of its entrances. */
export type NumberedRow = Omit<StoredRow, 'from' | 'chain'> & { entrance: number; chain: number };

/** Reads the journal; each call is a transaction of its own, pages are short. */
export interface Reader extends ConsumerReader {
  page(query: BrowseQuery): StoredRow[];
  find(id: string): StoredRow | undefined;
  newest(): number;
  standing(daemon: string, signalId: string): Standing;
  begun(daemon: string, afterSeq: number): BegunWork[];
  meta(key: 'hub_cursor' | 'projected' | 'indexed'): number;
  /**
   * The last position up to which all is older than `sinceMs`. Times beyond `untilMs` are of a clock that was ahead, and
   * say nothing; 0 where nothing is known to be old.
   */
  oldUpTo(window: { sinceMs: number; untilMs: number }): number;
  /** Bytes of pages that hold something, those still in the WAL included; free pages are reused, not returned. */
  usedBytes(): number;
  /** How full the write-ahead log is, and how much of it has still to be copied into the database. */
  wal(): { usedBytes: number; waitingBytes: number };
}

/** No page is longer, so that no read holds back a checkpoint. */
export const PAGE = 500;
/** A page ends with the row that exceeds it, and has at least one: a reader goes on until a page is empty. */
const PAGE_BYTES = 4 * 1024 * 1024;

/** What a row is read from, for whoever adds a condition. */
export const COLUMNS =
  'seq, signals.id, names.name, at_ms AS atMs, frame, entrance, chain FROM signals JOIN names ON names.id = name_id';

/** Prepares what puts entrances where a row has their numbers. */
export function openRows(database: Database): (row: NumberedRow) => StoredRow {
  const entrances = openEntrances(database);
  return ({ entrance, chain, ...row }) => ({ ...row, from: entrances.of(entrance), chain: entrances.of(chain) });
}

/** Prepares the statements that read. */
export function openReader(database: Database): Reader {
  const newest = database.prepare<[], number | null>('SELECT max(seq) FROM signals').pluck();
  const stored = openRows(database);
  const byId = database.prepare<[string], NumberedRow>(`SELECT ${COLUMNS} WHERE signals.id = ?`);
  const meta = database.prepare<[string], number>('SELECT value FROM meta WHERE key = ?').pluck();
  return {
    page: openPages(database),
    ...openConsumerReader(database),
    find: (id) => {
      const row = byId.get(id);
      return row && stored(row);
    },
    newest: () => newest.get() ?? 0,
    standing: openStandingReader(database),
    begun: openBegunReader(database, PAGE),
    meta: (key) => meta.get(key) ?? 0,
    oldUpTo: openOldUpTo(database),
    usedBytes: () =>
      (pragmaNumber(database, 'page_count') - pragmaNumber(database, 'freelist_count')) *
      pragmaNumber(database, 'page_size'),
    wal: () => walOf(database),
  };
}

function openOldUpTo(database: Database): Reader['oldUpTo'] {
  // In the order of positions: what is old lies at the beginning, so neither reads far.
  const firstNew = database
    .prepare<[number, number], number>('SELECT seq FROM signals WHERE +at_ms >= ? AND +at_ms <= ? ORDER BY seq LIMIT 1')
    .pluck();
  const lastOld = database
    .prepare<[number, number], number>('SELECT seq FROM signals WHERE seq < ? AND +at_ms < ? ORDER BY seq DESC LIMIT 1')
    .pluck();
  return ({ sinceMs, untilMs }) => lastOld.get(firstNew.get(sinceMs, untilMs) ?? Number.MAX_SAFE_INTEGER, sinceMs) ?? 0;
}

function openPages(database: Database): Reader['page'] {
  // The plus keeps SQLite from its index by time, whose rows it would have to sort for every page.
  const stored = openRows(database);
  const bySeq = database.prepare<unknown[], NumberedRow>(
    `SELECT ${COLUMNS} WHERE seq > ? AND +at_ms >= ? AND +at_ms <= ? AND ${TAKEN_BY_MASK} ORDER BY seq LIMIT ?`,
  );
  const byName = database.prepare<unknown[], NumberedRow>(
    `SELECT ${COLUMNS} WHERE name_id = (SELECT id FROM names WHERE name = ?) AND seq > ? AND +at_ms >= ? AND +at_ms <= ? AND ${TAKEN_BY_MASK} ORDER BY seq LIMIT ?`,
  );
  const byTrace = database.prepare<unknown[], NumberedRow>(
    `SELECT ${COLUMNS} WHERE trace = ? AND seq > ? ORDER BY seq LIMIT ?`,
  );
  const ofNames = (names: readonly string[], bounds: readonly number[], limit: number): NumberedRow[] => {
    const pages = [...new Set(names)].map((name) => bounded(byName.iterate(name, ...bounds, limit), limit));
    // Beyond the end of a page that bytes cut short, its name may have rows before those of others.
    const upTo = Math.min(...pages.map(({ rows, isCut }) => (isCut ? (rows.at(-1)?.seq ?? 0) : Infinity)));
    const rows = pages.flatMap((page) => page.rows.filter(({ seq }) => seq <= upTo)).sort((a, b) => a.seq - b.seq);
    return bounded(rows, limit).rows;
  };
  return ({ afterSeq = 0, sinceMs = 0, untilMs = Number.MAX_SAFE_INTEGER, signals, trace, ...query }) => {
    const limit = Math.min(query.limit ?? PAGE, PAGE);
    if (trace !== undefined) return bounded(byTrace.iterate(trace, afterSeq, limit), limit).rows.map(stored);
    const mask = query.accepts === undefined ? ANY_MASK : maskOf(query.accepts);
    const bounds = [afterSeq, sinceMs, untilMs, mask];
    const rows = signals ? ofNames(signals, bounds, limit) : bounded(bySeq.iterate(...bounds, limit), limit).rows;
    return rows.map(stored);
  };
}

/** The rows up to a limit of number and of bytes; cut where bytes ended it. */
export function bounded<T extends { frame: Buffer | null }>(
  all: Iterable<T>,
  limit: number,
  bytesOf: (row: T) => number = ({ frame }) => frame?.length ?? 0,
): { rows: T[]; isCut: boolean } {
  const rows: T[] = [];
  let bytes = 0;
  for (const row of all) {
    rows.push(row);
    bytes += bytesOf(row);
    if (bytes >= PAGE_BYTES) return { rows, isCut: true };
    if (rows.length >= limit) break;
  }
  return { rows, isCut: false };
}

function walOf(database: Database): { usedBytes: number; waitingBytes: number } {
  const [row] = database.pragma('wal_checkpoint(NOOP)') as { log: number; checkpointed: number }[];
  const pageBytes = pragmaNumber(database, 'page_size');
  const used = row?.log ?? 0;
  return { usedBytes: used * pageBytes, waitingBytes: (used - (row?.checkpointed ?? 0)) * pageBytes };
}

function pragmaNumber(database: Database, name: string): number {
  return Number(database.pragma(name, { simple: true }));
}
