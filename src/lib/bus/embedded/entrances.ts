import { AUTHORITY_BITS, authorityOf, bitOf, UNRECORDED, type Entrance } from '../../signals/origin.js';
import type { Database } from './database.js';

/** By which doors signals came in, each written down once. */
export interface Entrances {
  /** Number of an entrance, given on first use; its low bits are its authority. */
  idOf: (entrance: Entrance) => number;
  /** Entrance of a number. */
  of: (id: number) => Entrance;
}

/** Entrances of peers are few, but names of peers come and go. */
const MOST_REMEMBERED = 1_000;

/** Prepares the statements about entrances; a number never changes its meaning, so it may be remembered. */
export function openEntrances(database: Database): Entrances {
  const find = database
    .prepare<[string, number], number>(
      `SELECT id FROM entrances WHERE origin = ? AND id & ${2 ** AUTHORITY_BITS - 1} = ?`,
    )
    .pluck();
  const add = database
    .prepare<[{ origin: string; bit: number }], number>(
      `INSERT INTO entrances (id, origin)
       SELECT (coalesce(max(id >> ${AUTHORITY_BITS}), 0) + 1 << ${AUTHORITY_BITS}) | @bit, @origin FROM entrances RETURNING id`,
    )
    .pluck();
  const originOf = database.prepare<[number], string>('SELECT origin FROM entrances WHERE id = ?').pluck();
  const ids = new Map<string, number>();
  const known = new Map<number, Entrance>();
  return {
    idOf: ({ origin, authority }) => {
      const key = `${authority} ${origin}`;
      const remembered = ids.get(key);
      if (remembered !== undefined) return remembered;
      const found = find.get(origin, bitOf(authority));
      // What this transaction adds may be rolled back with it, so only committed ones are remembered.
      if (found !== undefined && ids.size < MOST_REMEMBERED) ids.set(key, found);
      return found ?? Number(add.get({ origin, bit: bitOf(authority) }));
    },
    of: (id) => {
      const remembered = known.get(id);
      if (remembered !== undefined) return remembered;
      const origin = originOf.get(id);
      if (origin === undefined) return UNRECORDED;
      const entrance = Object.freeze({ origin, authority: authorityOf(id) });
      if (known.size < MOST_REMEMBERED) known.set(id, entrance);
      return entrance;
    },
  };
}
