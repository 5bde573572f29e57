import { Args } from '@oclif/core';
import { join, resolve } from 'node:path';
import { isoTimestamp, systemClock } from '../../lib/base/clock.js';
import { journalCare, type Copied } from '../../lib/bus/journal-care.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { backupText } from '../../lib/cli/journal-text.js';
import { pathsOf } from '../../lib/config/paths.js';

/** Copies the journal. */
export default class JournalBackup extends KlorosCommand {
  static override summary = 'Copy the journal into one file, also while the colony runs';
  static override description = `The copy is made by SQLite's own means, as the journal is at one moment, and looked at whole before it gets its name.
To copy the files of a running journal by other means is no backup. Without a name it is put into journal-backups in
the home, named after the time. Restore it: kloros journal restore.`;
  static override examples = ['<%= config.bin %> journal backup', '<%= config.bin %> journal backup colony.db'];
  static override args = { file: Args.string({ description: 'where to; there must be none yet' }) };

  async run(): Promise<Copied> {
    const { args } = await this.parse(JournalBackup);
    const { config } = await this.settings();
    const named = `${isoTimestamp(systemClock.nowMs()).replaceAll(/[:.]/g, '-')}.db`;
    const file = args.file === undefined ? join(config.home, 'journal-backups', named) : resolve(args.file);
    const copied = await journalCare.backup(pathsOf(config).journal, file);
    this.log(backupText(copied));
    return copied;
  }
}
