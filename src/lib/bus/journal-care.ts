import { backupJournal, type Copied } from './embedded/care/backup.js';
import { checkJournal, type JournalCheck } from './embedded/care/check.js';
import { restoreJournal, type Restored } from './embedded/care/restore.js';
import { salvageJournal, type Salvaged } from './embedded/care/salvage.js';

export type { Copied, JournalCheck, Restored, Salvaged };

/** What an operator does with a journal as a file: look at it whole, copy it, mend it, put another in its place. */
export const journalCare = {
  check: checkJournal,
  backup: backupJournal,
  restore: restoreJournal,
  salvage: salvageJournal,
} as const;
