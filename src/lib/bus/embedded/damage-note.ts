import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { isoTimestamp, systemClock } from '../../base/clock.js';
import { toError } from '../../base/errors.js';

const noteSchema = z.object({ inode: z.number(), at: z.string(), pid: z.number(), why: z.string() });

/** Damage that a process met, for those who look afterwards. */
export type DamageNote = z.infer<typeof noteSchema>;

function pathOf(journalPath: string): string {
  return join(dirname(journalPath), 'damage.json');
}

/** Leaves word of damage beside the journal; it never throws, since who calls it is about to end. */
export function noteDamage(journalPath: string, error: unknown): void {
  try {
    const inode = statSync(journalPath).ino;
    const at = isoTimestamp(systemClock.nowMs());
    const note: DamageNote = { inode, at, pid: process.pid, why: toError(error).message };
    writeFileSync(pathOf(journalPath), `${JSON.stringify(note)}\n`);
  } catch {
    return; // A disk that damages pages may take no note either; the error itself is told anyway.
  }
}

/** What was last met in this very file; undefined once another took its place. */
export function damageNote(journalPath: string): DamageNote | undefined {
  try {
    const note = noteSchema.parse(JSON.parse(readFileSync(pathOf(journalPath), 'utf8')));
    return statSync(journalPath).ino === note.inode ? note : undefined;
  } catch {
    return undefined; // No note, or one that was cut short: the pages themselves say it.
  }
}

/** Forgets it: the file was looked at whole and is sound. */
export function clearDamageNote(journalPath: string): void {
  rmSync(pathOf(journalPath), { force: true });
}
