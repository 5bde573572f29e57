import { closeSync, existsSync, mkdirSync, openSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { errorCode, KlorosError } from '../../base/errors.js';
import { makeHome } from '../../config/make-home.js';
import { explainedError, unwritableError } from './journal-errors.js';
import { migrate, refuseForeignVersion, versionOf } from './migrate.js';
import { untilFree, untilNotBusy } from './patience.js';

export type { Database } from 'better-sqlite3';

/** File systems whose locks SQLite's WAL cannot trust (statfs(2) magic numbers). */
const REFUSED_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'nfs'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x01021997, '9p'],
  [0x65735546, 'fuse'],
]);
const MINIMUM_SQLITE: readonly [number, number, number] = [3, 51, 3];
/** A restarted WAL is cut only above this: writing over a file costs half of what growing it costs. */
const WAL_KEPT_BYTES = 64 * 1024 * 1024;
/** Less what the umask takes. */
const EVERYBODY = 0o666;
/** The same, and nothing for others, also where they are let into the home. */
const FOLDER_MODE = 0o770;

const LOOK_TIMEOUT_MS = 1_000;
const LOOK_MAPPED_BYTES = 2 ** 30;

/**
 * Opens the journal's database to look at it only; undefined where there is none. Throws KlorosError as openDatabase does,
 * and JOURNAL_TOO_OLD for one that only a daemon can bring up to date.
 */
export function openToLook(path: string): Database.Database | undefined {
  if (!existsSync(path)) return undefined;
  try {
    const database = untilNotBusy(path, () => new Database(path, { readonly: true, timeout: LOOK_TIMEOUT_MS }));
    const version = untilNotBusy(path, () => versionOf(database));
    if (version === 0) return void database.close(); // Somebody is just making it.
    refuseForeignVersion(path, version);
    // Who looks reads many scattered pages: mapped, each is no call of its own. The file never shrinks below them.
    untilNotBusy(path, () => database.pragma(`mmap_size = ${LOOK_MAPPED_BYTES}`));
    return database;
  } catch (error) {
    throw explainedError(path, error);
  }
}

/**
 * Opens the journal's database, making it when it is not there. Throws KlorosError where it could not be trusted, and
 * JOURNAL_HELD where another process recovers or checkpoints it, or is stopped, for too long.
 */
export async function openDatabase(path: string): Promise<Database.Database> {
  makeFolder(dirname(path));
  refuseUnsafeFileSystem(dirname(path), statfsSync(dirname(path)).type);
  const database = await openFile(path);
  try {
    // Each of these reads the file, be it only to be compiled; others lock it while they recover, restart or close it.
    await untilFree(path, () => prepare(database, path));
    return database;
  } catch (error) {
    database.close();
    throw explainedError(path, error);
  }
}

function prepare(database: Database.Database, path: string): void {
  refuseOldSqlite(String(database.prepare('SELECT sqlite_version()').pluck().get()));
  database.pragma('journal_mode = WAL');
  database.pragma('wal_autocheckpoint = 0');
  database.pragma(`journal_size_limit = ${WAL_KEPT_BYTES}`);
  database.pragma('cache_size = -16384');
  migrate(database, path);
}

function makeFolder(folder: string): void {
  try {
    makeHome(dirname(folder));
    mkdirSync(folder, { recursive: true, mode: FOLDER_MODE });
  } catch (error) {
    throw unwritableError(join(folder, 'signals.db'), error);
  }
}

async function openFile(path: string): Promise<Database.Database> {
  try {
    createFile(path);
    return await untilFree(path, () => new Database(path, { timeout: 0 }));
  } catch (error) {
    throw explainedError(path, error);
  }
}

/**
 * SQLite would not let the group write, whatever the umask allows; -wal and -shm take after this file.
 * Only a new file is touched: closing one that is open elsewhere in this process would drop its locks.
 */
function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'wx', EVERYBODY));
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
}

/** Throws KlorosError UNSAFE_FILE_SYSTEM for a folder on a network or in user space; magic is the type of statfs(2). */
export function refuseUnsafeFileSystem(folder: string, magic: number): void {
  // Node gives it with a sign where its highest bit is set.
  const kind = REFUSED_FILE_SYSTEMS.get(magic >>> 0);
  if (kind === undefined) return;
  throw new KlorosError({
    code: 'UNSAFE_FILE_SYSTEM',
    message: `The journal cannot live in ${folder}`,
    why: `it is a ${kind} file system, whose locks and shared memory do not hold what was promised`,
    next: ['set KLOROS_HOME to a folder on a local disk'],
  });
}

/** Throws KlorosError SQLITE_TOO_OLD for a version whose checkpoints are not safe. */
export function refuseOldSqlite(version: string): void {
  const parts = version.split('.').map(Number);
  const older = MINIMUM_SQLITE.findIndex((least, index) => (parts[index] ?? 0) !== least);
  if (older === -1 || (parts[older] ?? 0) > (MINIMUM_SQLITE[older] ?? 0)) return;
  throw new KlorosError({
    code: 'SQLITE_TOO_OLD',
    message: `SQLite ${version} is too old for the journal`,
    why: `before ${MINIMUM_SQLITE.join('.')} a checkpoint of a WAL could lose data`,
    next: ['npm rebuild better-sqlite3'],
  });
}
