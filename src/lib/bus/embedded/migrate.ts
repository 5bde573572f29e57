import type { Database } from 'better-sqlite3';
import { KlorosError } from '../../base/errors.js';
import { OLDEST_LOOKED_AT, SCHEMA, SCHEMA_VERSION, UPGRADES } from './schema.js';

/** Makes an empty database a journal, or one of an earlier version one of this. Throws KlorosError JOURNAL_TOO_NEW. */
export function migrate(database: Database, path: string): void {
  const upgrade = database.transaction(() => {
    const version = versionOf(database);
    if (version === SCHEMA_VERSION) return;
    if (version > SCHEMA_VERSION) throw tooNew(path, version);
    if (version === 0) database.exec(SCHEMA);
    else for (const step of UPGRADES.slice(version - 1)) database.exec(step);
    database.pragma(`user_version = ${SCHEMA_VERSION}`);
  });
  upgrade.immediate();
}

/** Format of a journal, 0 where none of its tables is made. */
export function versionOf(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

/** Throws KlorosError JOURNAL_TOO_NEW or JOURNAL_TOO_OLD for one that cannot be looked at as it is. */
export function refuseForeignVersion(path: string, version: number): void {
  if (version > SCHEMA_VERSION) throw tooNew(path, version);
  if (version >= OLDEST_LOOKED_AT) return;
  throw new KlorosError({
    code: 'JOURNAL_TOO_OLD',
    message: `The journal at ${path} was written by an older kloros`,
    why: `its format is ${version}, and who only looks reads ${OLDEST_LOOKED_AT} to ${SCHEMA_VERSION}`,
    next: ['start the colony, which brings it up to date and loses nothing: kloros up'],
  });
}

function tooNew(path: string, version: number): KlorosError {
  return new KlorosError({
    code: 'JOURNAL_TOO_NEW',
    message: `The journal at ${path} was written by a newer kloros`,
    why: `its format is ${version}, this version reads ${SCHEMA_VERSION}`,
    next: ['upgrade kloros', 'or choose another home: KLOROS_HOME=<folder>'],
  });
}
