import Database from 'better-sqlite3';
import { version as zeromq } from 'zeromq';

/** Versions of the libraries below the embedded engine: SQLite's and ZeroMQ's own, not those of their bindings. */
export function engineVersions(): { sqlite: string; zeromq: string } {
  const database = new Database(':memory:');
  try {
    return { sqlite: String(database.prepare('SELECT sqlite_version()').pluck().get()), zeromq };
  } finally {
    database.close();
  }
}
