import { Flags } from '@oclif/core';
import { journalCare, type Salvaged } from '../../lib/bus/journal-care.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { confirmed } from '../../lib/cli/confirm.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { salvageText } from '../../lib/cli/journal-text.js';
import { pathsOf } from '../../lib/config/paths.js';

/** Saves what can be read of a damaged journal. */
export default class JournalSalvage extends KlorosCommand {
  static override summary = 'Copy what can be read of a damaged journal into a fresh one';
  static override description = `The colony must not run. Signals are read one by one around damaged pages, from both ends; cursors of consumers, open
work, dead letters and what daemons keep come along where they can be read. It lists which signals are lost by their
numbers, which are never used again, and keeps the damaged file. The colony starts paused, with the reason.`;
  static override examples = ['<%= config.bin %> journal salvage --dry-run', '<%= config.bin %> journal salvage'];
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'Show what would be saved and lost, change nothing' }),
    yes: Flags.boolean({ summary: 'Skip the confirmation', char: 'y' }),
  };

  async run(): Promise<Salvaged> {
    const { flags } = await this.parse(JournalSalvage);
    const { config } = await this.settings();
    const { journal } = pathsOf(config);
    const plan = await journalCare.salvage(journal, { dryRun: true });
    this.log(salvageText(plan, false));
    if (flags['dry-run']) return plan;
    const asked = { yes: flags.yes, mode: this.mode, abort: this.interrupted };
    if (!(await confirmed('Put the copy in the place of the journal?', asked))) {
      this.note('Nothing was changed');
      this.status = ExitCode.failed;
      return plan;
    }
    const saved = await journalCare.salvage(journal, { dryRun: false });
    this.log(salvageText(saved, true));
    return saved;
  }
}
