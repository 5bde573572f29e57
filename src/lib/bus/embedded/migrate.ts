import type { Database } from 'better-sqlite3';
import { KlorosError } from '../../base/errors.js';
import type { ProcessIdentity } from '../../base/process-identity.js';
import { livingAt } from './living.js';
import { OLDEST_LOOKED_AT, SCHEMA, SCHEMA_VERSION, UPGRADES } from './schema.js';

/**
 * Makes an empty database a journal, or one of an earlier version one of this. Throws KlorosError JOURNAL_TOO_NEW, and
 * JOURNAL_IN_USE where a process of an older kloros works at it, which would go on with statements that mean something else.
 */
export function migrate(database: Database, path: string): void {
  const upgrade = database.transaction(() => {
    const version = versionOf(database);
    if (version === SCHEMA_VERSION) return;
    if (version > SCHEMA_VERSION) throw tooNew(path, version);
    if (version > 0) refuseBesideOthers(database, path);
    if (version === 0) database.exec(SCHEMA);
    else for (const step of UPGRADES.slice(version - 1)) database.exec(step);
    database.pragma(`user_version = ${SCHEMA_VERSION}`);
  });
  // Looked at first without a lock: a process that only opens must not wait for one that is stopped while it writes.
  if (versionOf(database) !== SCHEMA_VERSION) upgrade.immediate();
}

function refuseBesideOthers(database: Database, path: string): void {
  const owners = database
    .prepare<[], ProcessIdentity & { name: string }>(
      'SELECT boot_id AS bootId, pid, start_ticks AS startTicks, name FROM owners',
    )
    .all();
  const isLiving = livingAt(path);
  const others = owners.filter((owner) => owner.pid !== process.pid && isLiving(owner));
  if (others.length === 0) return;
  throw new KlorosError({
    code: 'JOURNAL_IN_USE',
    message: `The journal at ${path} cannot be brought up to date now`,
    why: `an older kloros works at it: ${others.map(({ name, pid }) => `${name} (process ${pid})`).join(', ')}`,
    next: ['stop the colony, then start it with this version: kloros daemon stop --all'],
  });
}

/** Format of a journal, 0 where none of its tables is made. */
export function versionOf(database: Database): number {
  return Number(database.pragma('user_version', { simple: true }));
}

/** Throws KlorosError JOURNAL_TOO_NEW for one whose rows this version does not know. */
export function refuseNewerVersion(path: string, version: number): void {
  if (version > SCHEMA_VERSION) throw tooNew(path, version);
}

/** Throws KlorosError JOURNAL_TOO_NEW or JOURNAL_TOO_OLD for one that cannot be looked at as it is. */
export function refuseForeignVersion(path: string, version: number): void {
  refuseNewerVersion(path, version);
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
