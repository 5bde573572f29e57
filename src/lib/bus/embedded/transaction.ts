import type { Database } from './database.js';
import { tryBriefly } from './patience.js';

/** The one transaction that a writer has open, with a mark in it to which one operation can be undone. */
export interface Transaction {
  /** False where another process holds the lock for longer than a moment. */
  begin(): boolean;
  commit(): void;
  undoAll(): void;
  /** Before an operation that may be refused halfway. */
  mark(): void;
  keep(): void;
  undo(): void;
}

/** Prepares its statements: compiling them for each signal cost a seventh of the rate. */
export function openTransaction(database: Database): Transaction {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const mark = database.prepare('SAVEPOINT operation');
  const keep = database.prepare('RELEASE operation');
  return {
    begin: () => tryBriefly(() => begin.run()) !== undefined,
    commit: () => void commit.run(),
    undoAll: () => {
      if (database.inTransaction) database.exec('ROLLBACK');
    },
    mark: () => void mark.run(),
    keep: () => void keep.run(),
    undo: () => void database.exec('ROLLBACK TO operation; RELEASE operation'),
  };
}
