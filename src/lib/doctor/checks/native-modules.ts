import { toError } from '../../base/errors.js';
import type { DoctorCheck, DoctorFinding, GroundView } from '../finding.js';
import { isOlder } from './node.js';

/** The first whose write-ahead log is reset safely. */
const OLDEST_SQLITE = '3.51.3';

const MODULES: readonly { name: string; load: () => Promise<unknown> }[] = [
  {
    name: 'better-sqlite3 and zeromq',
    load: async () => (await import('../../bus/embedded/versions.js')).engineVersions(),
  },
  { name: 'oxc-parser', load: () => import('oxc-parser') },
];

/** Modules that were compiled for a machine and a Node. */
export const nativeModules: DoctorCheck<GroundView> = {
  name: 'native-modules',
  asks: 'whether what was compiled fits this machine and this Node',
  codes: ['NATIVE_MODULE_BROKEN', 'SQLITE_TOO_OLD'],
  look: async () => {
    const found = await Promise.all(MODULES.map((module) => loaded(module.name, module.load)));
    return found.flat();
  },
};

/** What is wrong with a module, by loading it. */
export async function loaded(name: string, load: () => Promise<unknown>): Promise<DoctorFinding[]> {
  try {
    const versions = await load();
    const sqlite = isVersions(versions) ? versions.sqlite : OLDEST_SQLITE;
    return isOlder(sqlite, OLDEST_SQLITE) ? [tooOld(sqlite)] : [];
  } catch (error) {
    return [broken(name, toError(error))];
  }
}

function isVersions(value: unknown): value is { sqlite: string } {
  return typeof value === 'object' && value !== null && 'sqlite' in value && typeof value.sqlite === 'string';
}

function tooOld(version: string): DoctorFinding {
  return {
    code: 'SQLITE_TOO_OLD',
    level: 'problem',
    what: `The journal is kept by SQLite ${version}, and ${OLDEST_SQLITE} is the oldest that may`,
    why: 'an older one can lose the end of its write-ahead log',
    next: ['npm ci'],
  };
}

function broken(name: string, error: Error): DoctorFinding {
  return {
    code: 'NATIVE_MODULE_BROKEN',
    level: 'problem',
    what: `${name} cannot be loaded: ${error.message.split('\n')[0] ?? ''}`,
    why: 'it was compiled for another Node or another machine, or not at all',
    next: ['npm rebuild', 'npm ci', 'where it must be compiled: apt-get install python3 make g++'],
  };
}
