import { own } from '../../base/own.js';
import { maskOf, type Acceptance } from '../../signals/origin.js';
import type { ConsumerSpec } from '../bus.js';
import type { Database } from './database.js';

/** Whether a signal's entrance has one of the bits that are given: the one predicate, wherever it is asked. */
export const TAKEN_BY_MASK = 'signals.entrance & ? <> 0';
const TAKEN = 'signals.entrance & mask <> 0';
const BEYOND = 'signals.name_id = subscriptions.name_id AND signals.seq > @fetched';

/** What a declaration says of a name that it says nothing of. */
const BY_DEFAULT: Acceptance = 'act';

/** Who takes which names from whom. */
export interface Subscriptions {
  /** Makes a consumer's subscriptions those that it declares. */
  declare: (consumer: number, spec: Pick<ConsumerSpec, 'hears' | 'accepts'>) => void;
  namesOf: (consumer: number) => string[];
  /** Bits of the authorities from which it takes a name; undefined where it does not subscribe to it. */
  maskOf: (consumer: number, nameId: number) => number | undefined;
  /** Whether something that it takes lies behind a position. */
  hasNew: (consumer: number, fetched: number) => boolean;
  /** How much of it does. */
  lagOf: (consumer: number, fetched: number) => number;
  /** The first of each name. */
  nextOf: (consumer: number, fetched: number) => number[];
}

/** Prepares the statements about subscriptions. */
export function openSubscriptions(database: Database): Subscriptions {
  return { ...openDeclaration(database), ...openFlow(database) };
}

function openDeclaration(database: Database): Pick<Subscriptions, 'declare'> {
  const addName = database.prepare('INSERT OR IGNORE INTO names (name) VALUES (?)');
  const clear = database.prepare('DELETE FROM subscriptions WHERE consumer = ?');
  const add = database.prepare('INSERT INTO subscriptions SELECT ?, id, ? FROM names WHERE name = ?');
  return {
    declare: (consumer, { hears, accepts = {} }) => {
      clear.run(consumer);
      for (const name of new Set(hears)) {
        addName.run(name);
        add.run(consumer, maskOf(own(accepts, name) ?? BY_DEFAULT), name);
      }
    },
  };
}

function openFlow(database: Database): Omit<Subscriptions, 'declare'> {
  type Place = [{ consumer: number; fetched: number }];
  const names = database
    .prepare<[number], string>(
      'SELECT names.name FROM subscriptions JOIN names ON names.id = name_id WHERE consumer = ? ORDER BY names.name',
    )
    .pluck();
  const mask = database
    .prepare<[number, number], number>('SELECT mask FROM subscriptions WHERE consumer = ? AND name_id = ?')
    .pluck();
  // CROSS JOIN fixes the order: from each subscription into the index of names, never along the signals.
  const from = `FROM subscriptions CROSS JOIN signals ON ${BEYOND} WHERE consumer = @consumer AND ${TAKEN}`;
  const isNew = database.prepare<Place, number>(`SELECT EXISTS (SELECT 1 ${from})`).pluck();
  const lag = database.prepare<Place, number>(`SELECT count(*) ${from}`).pluck();
  const next = database
    .prepare<Place, number>(
      `SELECT (SELECT seq FROM signals WHERE ${BEYOND} AND ${TAKEN} ORDER BY seq LIMIT 1) AS first
       FROM subscriptions WHERE consumer = @consumer AND first IS NOT NULL`,
    )
    .pluck();
  return {
    namesOf: (consumer) => names.all(consumer),
    maskOf: (consumer, nameId) => mask.get(consumer, nameId),
    hasNew: (consumer, fetched) => isNew.get({ consumer, fetched }) === 1,
    lagOf: (consumer, fetched) => lag.get({ consumer, fetched }) ?? 0,
    nextOf: (consumer, fetched) => next.all({ consumer, fetched }),
  };
}
