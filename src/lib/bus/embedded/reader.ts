import type { BegunWork, BrowseQuery, Standing } from '../bus.js';
import { openConsumerReader, type ConsumerReader } from './consumer-reader.js';
import type { Database } from './database.js';
import { openBegunReader } from './begun.js';
import { openStandingReader } from './standing.js';

/** A journalled row, undecoded. */
export interface StoredRow {
  seq: number;
  id: string;
  name: string;
  atMs: number;
  frame: Buffer;
}

/** Reads the journal; each call is a transaction of its own, pages are short. */
export interface Reader extends ConsumerReader {
  page(query: BrowseQuery): StoredRow[];
  find(id: string): StoredRow | undefined;
  newest(): number;
  standing(daemon: string, signalId: string): Standing;
  begun(daemon: string, afterSeq: number): BegunWork[];
  meta(key: 'hub_cursor' | 'projected' | 'indexed'): number;
  /** Bytes of pages that hold something, those still in the WAL included; free pages are reused, not returned. */
  usedBytes(): number;
  /** How full the write-ahead log is, and how much of it has still to be copied into the database. */
  wal(): { usedBytes: number; waitingBytes: number };
}

/** No page is longer, so that no read holds back a checkpoint. */
export const PAGE = 500;

const COLUMNS = 'seq, signals.id, names.name, at_ms AS atMs, frame FROM signals JOIN names ON names.id = name_id';

/** Prepares the statements that read. */
export function openReader(database: Database): Reader {
  const newest = database.prepare<[], number | null>('SELECT max(seq) FROM signals').pluck();
  const byId = database.prepare<[string], StoredRow>(`SELECT ${COLUMNS} WHERE signals.id = ?`);
  const meta = database.prepare<[string], number>('SELECT value FROM meta WHERE key = ?').pluck();
  return {
    page: openPages(database),
    ...openConsumerReader(database),
    find: (id) => byId.get(id),
    newest: () => newest.get() ?? 0,
    standing: openStandingReader(database),
    begun: openBegunReader(database, PAGE),
    meta: (key) => meta.get(key) ?? 0,
    usedBytes: () =>
      (pragmaNumber(database, 'page_count') - pragmaNumber(database, 'freelist_count')) *
      pragmaNumber(database, 'page_size'),
    wal: () => walOf(database),
  };
}

function openPages(database: Database): Reader['page'] {
  // The plus keeps SQLite from its index by time, whose rows it would have to sort for every page.
  const bySeq = database.prepare<unknown[], StoredRow>(
    `SELECT ${COLUMNS} WHERE seq > ? AND +at_ms >= ? AND +at_ms <= ? ORDER BY seq LIMIT ?`,
  );
  const byName = database.prepare<unknown[], StoredRow>(
    `SELECT ${COLUMNS} WHERE name_id = (SELECT id FROM names WHERE name = ?) AND seq > ? AND +at_ms >= ? AND +at_ms <= ? ORDER BY seq LIMIT ?`,
  );
  const byTrace = database.prepare<unknown[], StoredRow>(
    `SELECT ${COLUMNS} WHERE trace = ? AND seq > ? ORDER BY seq LIMIT ?`,
  );
  const ofNames = (names: readonly string[], bounds: readonly number[], limit: number): StoredRow[] => {
    const rows = [...new Set(names)].flatMap((name) => byName.all(name, ...bounds, limit));
    return rows.sort((a, b) => a.seq - b.seq).slice(0, limit);
  };
  return ({ afterSeq = 0, sinceMs = 0, untilMs = Number.MAX_SAFE_INTEGER, signals, trace, ...query }) => {
    const limit = Math.min(query.limit ?? PAGE, PAGE);
    if (trace !== undefined) return byTrace.all(trace, afterSeq, limit);
    const bounds = [afterSeq, sinceMs, untilMs];
    return signals ? ofNames(signals, bounds, limit) : bySeq.all(...bounds, limit);
  };
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
