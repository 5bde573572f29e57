import type { StateChange } from '../bus.js';
import type { Database } from './database.js';

/** What daemons keep between signals. */
export interface StateStore {
  apply(daemon: string, changes: readonly StateChange[]): void;
  of(daemon: string, prefix?: string): Record<string, unknown>;
}

/** Sorts behind every character. */
const BEYOND = '\u{10FFFF}';

/** Prepares the statements about state. */
export function openStateStore(database: Database): StateStore {
  const put = database.prepare(
    'INSERT INTO state (daemon, key, value) VALUES (?, ?, ?) ON CONFLICT (daemon, key) DO UPDATE SET value = excluded.value',
  );
  const remove = database.prepare('DELETE FROM state WHERE daemon = ? AND key = ?');
  const all = database.prepare<[string, string, string], { key: string; value: string }>(
    'SELECT key, value FROM state WHERE daemon = ? AND key >= ? AND key < ?',
  );
  return {
    apply: (daemon, changes) => {
      for (const { key, value } of changes) {
        if (value === null || value === undefined) remove.run(daemon, key);
        else put.run(daemon, key, JSON.stringify(value));
      }
    },
    of: (daemon, prefix = '') =>
      Object.fromEntries(
        all.all(daemon, prefix, prefix + BEYOND).map(({ key, value }) => [key, JSON.parse(value) as unknown]),
      ),
  };
}
