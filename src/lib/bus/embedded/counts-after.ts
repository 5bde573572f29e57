import type { Observer } from '../observer.js';
import type { Database } from './database.js';

/** The newest position is asked for first: what is said meanwhile is counted the next time. */
export function openCountsAfter(database: Database): Observer['countsAfter'] {
  const newest = database.prepare<[], number | null>('SELECT max(seq) FROM signals').pluck();
  const counts = database.prepare<[number, number], { name: string; count: number }>(
    `SELECT names.name AS name, count FROM (
       SELECT name_id, count(*) AS count FROM signals WHERE seq > ? AND seq <= ? GROUP BY name_id
     ) JOIN names ON names.id = name_id`,
  );
  return (afterSeq) => {
    const last = newest.get() ?? 0;
    const rows = counts.all(afterSeq, last);
    return { newest: last, bySignal: new Map(rows.map(({ name, count }) => [name, count])) };
  };
}
