import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { KlorosError } from '../../../base/errors.js';
import { openDatabase } from '../database.js';
import { copyJournal, sealed, type Copied } from './backup.js';
import { refuseWhileOpen } from './not-open.js';
import { givenBy, madeReady, replaceJournal } from './replace.js';

/** A journal that was put in the place of another. */
export interface Restored extends Copied {
  /** Positions of signals that the backup does not have and that were given before; undefined where there are none. */
  missing: { from: number; to: number } | undefined;
  /** Folder with what was there before; undefined where nothing was changed, or nothing was there. */
  kept: string | undefined;
}

/**
 * Puts a verified copy of a backup in the journal's place; only looks at it where `dryRun` is set.
 * Throws JOURNAL_IN_USE, JOURNAL_NOT_FOUND where there is no such backup, JOURNAL_DAMAGED where it is none.
 */
export async function restoreJournal(path: string, backup: string, { dryRun }: { dryRun: boolean }): Promise<Restored> {
  if (!existsSync(backup)) throw notFound(backup);
  await refuseWhileOpen(path);
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.restored`;
  rmSync(partial, { force: true });
  try {
    const copied = await copyJournal(backup, partial);
    const given = givenBy(path);
    const missing = given.signals > copied.newest ? { from: copied.newest + 1, to: given.signals } : undefined;
    if (dryRun) return { ...copied, file: backup, missing, kept: undefined };
    (await openDatabase(partial)).close(); // Of an older version it is brought up to date.
    madeReady(partial, given, `the journal was restored from ${backup}; what was handled since then is handled again`);
    sealed(partial);
    const hadOne = existsSync(path);
    const kept = await replaceJournal(path, partial, given);
    return { ...copied, file: backup, missing, kept: hadOne ? kept : undefined };
  } finally {
    for (const part of ['', '-wal', '-shm']) rmSync(partial + part, { force: true });
  }
}

function notFound(backup: string): KlorosError {
  return new KlorosError({
    code: 'BACKUP_NOT_FOUND',
    message: `There is no backup at ${backup}`,
    why: 'no such file',
    next: ['those without a name of their own are in the folder journal-backups of the home: kloros config show home'],
  });
}
