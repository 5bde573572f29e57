import type { StateChange } from '../bus.js';
import type { Database } from './database.js';

/** What daemons keep between signals. */
export interface StateStore {
  apply(daemon: string, changes: readonly StateChange[]): void;
  of(daemon: string): Record<string, unknown>;
}

/** Prepares the statements about state. */
export function openStateStore(database: Database): StateStore {
  const put = database.prepare(
    'INSERT INTO state (daemon, key, value) VALUES (?, ?, ?) ON CONFLICT (daemon, key) DO UPDATE SET value = excluded.value',
  );
  const remove = database.prepare('DELETE FROM state WHERE daemon = ? AND key = ?');
  const all = database.prepare<[string], { key: string; value: string }>(
    'SELECT key, value FROM state WHERE daemon = ?',
  );
  return {
    apply: (daemon, changes) => {
      for (const { key, value } of changes) {
        if (value === null || value === undefined) remove.run(daemon, key);
        else put.run(daemon, key, JSON.stringify(value));
      }
    },
    of: (daemon) => Object.fromEntries(all.all(daemon).map(({ key, value }) => [key, JSON.parse(value) as unknown])),
  };
}
