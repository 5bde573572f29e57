import { openToLook } from './embedded/database.js';

/** What can be told of a journal at once, however long it is. */
export interface Glance {
  /** Names of all signals that were ever said. */
  names: string[];
  /** Ids that begin so, the newest first. */
  ids: string[];
  /** Names of those who have a place in it. */
  consumers: string[];
}

/** Looks at a journal by its indexes alone; undefined where there is none. */
export function glanceAt(path: string, { prefix, limit }: { prefix: string; limit: number }): Glance | undefined {
  const database = openToLook(path);
  if (database === undefined) return undefined;
  try {
    const names = database.prepare<[], string>('SELECT name FROM names ORDER BY name').pluck().all();
    const ids = database
      .prepare<[string, string, number], string>(
        'SELECT id FROM signals WHERE id >= ? AND id < ? ORDER BY id DESC LIMIT ?',
      )
      .pluck()
      .all(prefix, `${prefix}\u{10ffff}`, limit);
    const consumers = database
      .prepare<[], string>('SELECT name FROM consumers WHERE enabled = 1 ORDER BY name')
      .pluck()
      .all();
    return { names, ids, consumers };
  } finally {
    database.close();
  }
}
