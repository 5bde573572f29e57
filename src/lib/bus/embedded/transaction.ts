import { blockMs, isBusy, type Database } from './database.js';

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

const SPINS = 5;
const SPIN_MS = 0.2;

/** Prepares its statements: compiling them for each signal cost a seventh of the rate. */
export function openTransaction(database: Database): Transaction {
  const begin = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const mark = database.prepare('SAVEPOINT operation');
  const keep = database.prepare('RELEASE operation');
  return {
    begin: () => beginSoon(() => begin.run()),
    commit: () => void commit.run(),
    undoAll: () => {
      if (database.inTransaction) database.exec('ROLLBACK');
    },
    mark: () => void mark.run(),
    keep: () => void keep.run(),
    undo: () => void database.exec('ROLLBACK TO operation; RELEASE operation'),
  };
}

function beginSoon(begin: () => unknown): boolean {
  for (let spin = 0; ; spin += 1) {
    try {
      begin();
      return true;
    } catch (error) {
      if (!isBusy(error)) throw error;
      if (spin >= SPINS) return false;
      blockMs(SPIN_MS);
    }
  }
}
