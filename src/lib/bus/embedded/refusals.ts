import { COLONY } from '../../signals/origin.js';
import { KILL, mayKill } from '../../signals/kill.js';
import type { Refusal } from '../bus.js';
import type { Database } from './database.js';
import { openEntrances } from './entrances.js';
import type { DoorRefusal, Row } from './operations.js';

/** A row that was just appended, with its numbers. */
interface Appended {
  row: Row;
  name: number;
  entrance: number;
}

/** What was refused, to whom and by whom: counted, and never a dead letter. */
export interface Refusals {
  /** Counts a row for each consumer that subscribes to its name and does not take it from there. */
  note(appended: Appended): void;
  /** Counts what a door did not let in. */
  noteAtDoor(refusals: readonly DoorRefusal[], nowMs: number): void;
  /** All of them, the latest first. */
  all(): Refusal[];
}

/** Stands for the door, where no consumer refused. */
const DOOR = '';
/** Distinct refusals; a stranger who thinks up more of them is counted under one. */
const MOST_ROWS = 1_000;
const OTHERS = '(others)';
const REASON = 'authority';

const ADD = `INSERT INTO refusals VALUES (@consumer, @name, @entrance, @reason, @count, @nowMs, @nowMs, @sample)
 ON CONFLICT DO UPDATE SET count = count + excluded.count, last_ms = excluded.last_ms`;

/** Prepares the statements about refusals. */
export function openRefusals(database: Database): Refusals {
  const refusersOf = openRefusers(database);
  const add = database.prepare(ADD);
  const rows = database.prepare<[], number>('SELECT count(*) FROM refusals').pluck();
  const isKnown = database
    .prepare<unknown[], number>(
      'SELECT 1 FROM refusals WHERE consumer = ? AND name = ? AND entrance = ? AND reason = ?',
    )
    .pluck();
  const all = database.prepare<[], Omit<Refusal, 'from'> & { entrance: number }>(
    `SELECT consumer, name AS signal, entrance, reason, count, first_ms AS firstMs, last_ms AS lastMs, sample
     FROM refusals ORDER BY last_ms DESC, count DESC`,
  );
  const entrances = openEntrances(database);

  const count = (counted: CountedRefusal): void => {
    const { consumer, name, entrance, reason } = counted;
    const isRoom = isKnown.get(consumer, name, entrance, reason) === 1 || (rows.get() ?? 0) < MOST_ROWS;
    add.run(isRoom ? counted : { ...counted, consumer: DOOR, name: OTHERS, reason: REASON });
  };
  return {
    note: ({ row, name, entrance }) => {
      // What the colony says to itself is refused by nobody, and pays for no look.
      if (row.from.authority === COLONY.authority) return;
      const counted = { name: row.name, entrance, reason: REASON, count: 1, nowMs: row.atMs, sample: row.id };
      for (const consumer of refusersOf(name, entrance)) count({ ...counted, consumer });
      if (row.name === KILL && !mayKill(row.from)) count({ ...counted, consumer: DOOR });
    },
    noteAtDoor: (refusals, nowMs) => {
      for (const { from, ...refusal } of refusals)
        count({ ...refusal, consumer: DOOR, entrance: entrances.idOf(from), nowMs });
    },
    all: () => all.all().map(({ entrance, ...refusal }) => ({ ...refusal, from: entrances.of(entrance) })),
  };
}

/**
 * Who refuses a name from an entrance, asked once a commit: rows of one name come in hundreds. A commit is one synchronous
 * block, in which nobody else writes, so what was read holds until that ends.
 */
function openRefusers(database: Database): (name: number, entrance: number) => readonly string[] {
  const refusing = database
    .prepare<[number, number], string>(
      `SELECT consumers.name FROM subscriptions JOIN consumers ON consumers.id = consumer
       WHERE name_id = ? AND enabled = 1 AND mask & ? = 0`,
    )
    .pluck();
  const remembered = new Map<string, readonly string[]>();
  return (name, entrance) => {
    const key = `${name} ${entrance}`;
    const known = remembered.get(key);
    if (known !== undefined) return known;
    if (remembered.size === 0) queueMicrotask(() => remembered.clear());
    const found = refusing.all(name, entrance);
    remembered.set(key, found);
    return found;
  };
}

interface CountedRefusal extends Omit<DoorRefusal, 'from'> {
  consumer: string;
  entrance: number;
  nowMs: number;
}
