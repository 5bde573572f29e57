import { readFile } from 'node:fs/promises';
import { errorCode } from '../base/errors.js';
import { own } from '../base/own.js';
import { hashOf } from './record.js';

/**
 * How a file on disk differs from what would be written, and by whose hand:
 * `edited` differs from what was installed; `outdated` is as installed, but kloros or its settings changed since;
 * `foreign` was there without an installation; `stale` was installed and is no longer wanted; `unseen` may not be read by
 * whoever looks.
 */
export type Drift = 'same' | 'new' | 'missing' | 'edited' | 'outdated' | 'foreign' | 'stale' | 'unseen';

/** Whether an installation would change a file. */
export function differs({ drift }: FileDrift): boolean {
  return drift !== 'same' && drift !== 'unseen';
}

/** One file of an installation. */
export interface FileDrift {
  path: string;
  drift: Drift;
  /** Text on disk, empty where there is none. */
  before: string;
  /** Text that would be written, empty where the file would go. */
  after: string;
}

/** What is wanted, and what was written last, by path. */
export interface Expected {
  wanted: ReadonlyMap<string, string>;
  /** Hashes. */
  installed: Readonly<Record<string, string>>;
}

/** Compares every wanted and every installed file with the disk. */
export async function driftOf({ wanted, installed }: Expected): Promise<FileDrift[]> {
  const paths = [...new Set([...wanted.keys(), ...Object.keys(installed)])];
  const found = await Promise.all(
    paths.map(async (path): Promise<FileDrift | undefined> => {
      const after = wanted.get(path);
      try {
        const disk = await textAt(path);
        const drift = compare({ disk, after, hash: own(installed, path) });
        return drift && { path, drift, before: disk ?? '', after: after ?? '' };
      } catch (error) {
        if (errorCode(error) !== 'EACCES') throw error;
        return { path, drift: 'unseen', before: '', after: after ?? '' };
      }
    }),
  );
  return found.filter((file) => file !== undefined);
}

interface Compared {
  disk: string | undefined;
  after: string | undefined;
  /** Of what was installed. */
  hash: string | undefined;
}

function compare({ disk, after, hash }: Compared): Drift | undefined {
  if (after === undefined) return disk === undefined ? undefined : 'stale';
  if (disk === undefined) return hash === undefined ? 'new' : 'missing';
  if (disk === after) return 'same';
  if (hash === undefined) return 'foreign';
  return hashOf(disk) === hash ? 'outdated' : 'edited';
}

async function textAt(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
