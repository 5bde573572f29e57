import type { Database } from './database.js';
import type { ForeignRow } from './operations.js';

/** What foreign messages were seen lately. */
export interface Repetitions {
  /** Forgets those that are over, a page at a time. */
  forget(nowMs: number): void;
  /** Notes a message; answers as which signal it was seen before, or undefined when it is new. */
  see(row: ForeignRow, nowMs: number): string | undefined;
}

const OVER = 'DELETE FROM foreign_seen WHERE key IN (SELECT key FROM foreign_seen WHERE until_ms < ? LIMIT 200)';

/** Prepares the statements that take a doubled foreign message as one. */
export function openRepetitions(database: Database): Repetitions {
  // Seen until a time beyond what a sight of now would give: the clock jumped back, and it is no repetition.
  const note = database.prepare(
    'INSERT INTO foreign_seen (key, until_ms, id) VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET until_ms = excluded.until_ms, id = excluded.id WHERE until_ms < ? OR until_ms > excluded.until_ms',
  );
  const seenAs = database.prepare<[string], string>('SELECT id FROM foreign_seen WHERE key = ?').pluck();
  const forget = database.prepare(OVER);
  return {
    forget: (nowMs) => void forget.run(nowMs),
    see: ({ row, seen }, nowMs) => {
      const isNew = note.run(seen.key, seen.untilMs, row.id, nowMs).changes > 0;
      return isNew ? undefined : (seenAs.get(seen.key) ?? row.id);
    },
  };
}
