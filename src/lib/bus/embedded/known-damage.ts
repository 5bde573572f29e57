import { clearDamageNote, damageNote } from './damage-note.js';
import { openToLook } from './database.js';
import { integrityOf } from './integrity.js';
import { damagedError } from './journal-errors.js';

/**
 * Throws JOURNAL_DAMAGED for a journal in which a process met damage that is still there, before anybody works on it.
 * One that is looked at whole and is sound (a disk, or memory, that failed for a moment) is worked on again.
 */
export function refuseKnownDamage(path: string, wholeBytes: number): void {
  const note = damageNote(path);
  if (note === undefined) return;
  const database = openToLook(path);
  if (database === undefined) return;
  try {
    const { problems, complete } = integrityOf(database, wholeBytes);
    if (problems.length > 0 || !complete) throw damagedError(path, new Error(problems[0] ?? note.why));
    clearDamageNote(path);
  } finally {
    database.close();
  }
}
