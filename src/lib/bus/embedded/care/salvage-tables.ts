import type { Database } from '../database.js';
import { readWhileWhole } from './salvage-rows.js';

/** Read by position and looked at one by one, written anew by the hub, or of processes that are no more. */
const NOT_COPIED: ReadonlySet<string> = new Set(['signals', 'subjects', 'owners']);

interface Column {
  name: string;
  pk: number;
}

/** What became of one table. */
export interface SalvagedTable {
  table: string;
  rows: number;
  /** Every row was read. */
  complete: boolean;
}

/** Copies all small tables of one journal into another as far as they can be read, from both ends. */
export function copyTables(from: Database, to: Database): SalvagedTable[] {
  const tables = to
    .prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    .pluck()
    .all();
  return tables.filter((table) => !NOT_COPIED.has(table)).map((table) => copyTable(from, to, table));
}

/** Columns that both have: an older journal lacks some, and those get what a new row gets. */
export function sharedColumns(from: Database, to: Database, table: string): string[] {
  const old = new Set(columnsOf(from, table).map(({ name }) => name));
  return columnsOf(to, table)
    .map(({ name }) => name)
    .filter((name) => old.has(name));
}

/** Writes a row with just these columns; one that is there already, as a new journal has some, gives way. */
export function writerOf(
  to: Database,
  table: string,
  columns: readonly string[],
): (row: Record<string, unknown>) => number {
  const places = columns.map((name) => `@${name}`).join(', ');
  const insert = to.prepare(`INSERT OR REPLACE INTO ${table} (${columns.join(', ')}) VALUES (${places})`);
  return (row) => insert.run(row).changes;
}

function copyTable(from: Database, to: Database, table: string): SalvagedTable {
  const columns = sharedColumns(from, to, table);
  if (columns.length === 0) return { table, rows: 0, complete: true };
  const write = writerOf(to, table, columns);
  const keys = columnsOf(to, table).filter(({ pk }) => pk > 0);
  const order = (way: string) => keys.map(({ name }) => `${name} ${way}`).join(', ');
  const rowsIn = (way: string) =>
    from
      .prepare<[], Record<string, unknown>>(`SELECT ${columns.join(', ')} FROM ${table} ORDER BY ${order(way)}`)
      .iterate();
  const complete = readWhileWhole(() => rowsIn('ASC'), write);
  if (!complete) readWhileWhole(() => rowsIn('DESC'), write);
  const rows = Number(to.prepare(`SELECT count(*) FROM ${table}`).pluck().get());
  return { table, rows, complete };
}

function columnsOf(database: Database, table: string): Column[] {
  return database.pragma(`table_info(${table})`) as Column[];
}
