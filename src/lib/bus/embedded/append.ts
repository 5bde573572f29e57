import { KlorosError } from '../../base/errors.js';
import { saysTheSame } from './essence.js';
import type { Database } from './database.js';
import { openEntrances } from './entrances.js';
import type { ForeignAnswer, ForeignRow, Row } from './operations.js';
import { openRefusals } from './refusals.js';
import { openRepetitions } from './repetitions.js';

/** Writes signals into the journal. */
export interface Appender {
  /** The same id twice with the same content is one signal; with other content it throws ID_CONFLICT. */
  append(rows: readonly Row[]): void;
  /** Appends those that are no repetition and answers as which signal each stands in the journal. */
  appendForeign(rows: readonly ForeignRow[], nowMs: number): ForeignAnswer[];
  /** Number of a name, given on first use. */
  nameId(name: string): number;
  /** Name of a number. */
  nameOf(id: number): string;
}

/** Prepares the statements that append; `onNew` hears of every row that is no repetition, inside its transaction. */
export function openAppender(database: Database, onNew: (row: Row) => void): Appender {
  const names = openNames(database);
  const insert = database.prepare(
    `INSERT INTO signals (id, name_id, trace, at_ms, priority, frame, entrance, chain) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
  );
  const frameOf = database.prepare<[string], Buffer>('SELECT frame FROM signals WHERE id = ?').pluck();
  const repetitions = openRepetitions(database);
  const entrances = openEntrances(database);
  const refusals = openRefusals(database);

  const appendOne = (row: Row): void => {
    const { id, trace, atMs, priority, frame, from, chain } = row;
    const name = names.nameId(row.name);
    const entrance = entrances.idOf(from);
    const least = chain === from ? entrance : entrances.idOf(chain);
    const { changes } = insert.run(id, name, trace, atMs, priority, frame, entrance, least);
    if (changes > 0) {
      refusals.note({ row, name, entrance });
      onNew(row);
    } else if (!saysTheSame(frameOf.get(row.id), row.frame)) throw conflict(row);
  };
  return {
    ...names,
    append: (rows) => rows.forEach(appendOne),
    appendForeign: (rows, nowMs) => {
      repetitions.forget(nowMs);
      return rows.map((foreign) => {
        const known = repetitions.see(foreign, nowMs);
        if (known !== undefined) return { id: known, duplicate: true };
        appendOne(foreign.row);
        return { id: foreign.row.id, duplicate: false };
      });
    },
  };
}

function openNames(database: Database): Pick<Appender, 'nameId' | 'nameOf'> {
  const numbers = new Map<string, number>();
  const find = database.prepare<[string], number>('SELECT id FROM names WHERE name = ?').pluck();
  const textOf = database.prepare<[number], string>('SELECT name FROM names WHERE id = ?').pluck();
  const add = database.prepare<[string], number>('INSERT INTO names (name) VALUES (?) RETURNING id').pluck();
  const texts = new Map<number, string>();
  return {
    nameId: (name) => {
      const known = numbers.get(name);
      if (known !== undefined) return known;
      const found = find.get(name);
      // A name that this transaction adds may be rolled back with it, so only committed ones are remembered.
      if (found !== undefined) numbers.set(name, found);
      return found ?? Number(add.get(name));
    },
    nameOf: (id) => {
      const text = texts.get(id) ?? textOf.get(id) ?? '';
      texts.set(id, text);
      return text;
    },
  };
}

function conflict(row: Row): KlorosError {
  return new KlorosError({
    code: 'ID_CONFLICT',
    message: `${row.name} ${row.id} exists already with other content`,
    why: 'an id stands for one content; a handler that decides differently when it runs again must not have effects of its own',
    next: [`kloros bus listen --since beginning --where 'id == "${row.id}"'`],
  });
}
