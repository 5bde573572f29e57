import { Args, Flags } from '@oclif/core';
import { resolve } from 'node:path';
import { journalCare, type Restored } from '../../lib/bus/journal-care.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { confirmed } from '../../lib/cli/confirm.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { restoreText } from '../../lib/cli/journal-text.js';
import { pathsOf } from '../../lib/config/paths.js';

/** Puts a backup in the journal's place. */
export default class JournalRestore extends KlorosCommand {
  static override summary = "Put a verified backup in the journal's place";
  static override description = `The colony must not run. What was there is kept in a folder beside it. Sequence numbers go on above all that were ever
used. The colony starts paused: what was handled since the backup is open in it once more, and is handled again after
kloros daemon resume --all; look at it before.`;
  static override examples = [
    '<%= config.bin %> journal restore colony.db --dry-run',
    '<%= config.bin %> journal restore colony.db',
  ];
  static override args = { file: Args.string({ description: 'a file of kloros journal backup', required: true }) };
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'Verify it and show what would be missing, change nothing' }),
    yes: Flags.boolean({ summary: 'Skip the confirmation', char: 'y' }),
  };

  async run(): Promise<Restored> {
    const { args, flags } = await this.parse(JournalRestore);
    const { config } = await this.settings();
    const { journal } = pathsOf(config);
    const plan = await journalCare.restore(journal, resolve(args.file), { dryRun: true });
    this.log(restoreText(plan, false));
    if (flags['dry-run']) return plan;
    const asked = { yes: flags.yes, mode: this.mode, abort: this.interrupted };
    if (!(await confirmed('Put it in the place of the journal?', asked))) {
      this.note('Nothing was changed');
      this.status = ExitCode.failed;
      return plan;
    }
    const restored = await journalCare.restore(journal, resolve(args.file), { dryRun: false });
    this.log(restoreText(restored, true));
    return restored;
  }
}
