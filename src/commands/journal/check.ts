import { journalCare, type JournalCheck } from '../../lib/bus/journal-care.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { CheckCode } from '../../lib/cli/exit-codes.js';
import { checkText } from '../../lib/cli/journal-text.js';
import { pathsOf } from '../../lib/config/paths.js';

/** Looks at a journal whole. */
export default class JournalCheckCommand extends KlorosCommand {
  static override check = true;
  static override summary = 'Look at every page, reference and signal of the journal';
  static override description = `Changes nothing, and works while the colony runs and while it is stopped. kloros health looks at a large journal only
in samples; this reads all of it, so it takes a while. Damaged is CRITICAL; a journal whose newest signals are missing,
or in which a process met damage that is not found now, is a WARNING.`;
  static override examples = ['<%= config.bin %> journal check', '<%= config.bin %> journal check --json'];

  async run(): Promise<JournalCheck> {
    await this.parse(JournalCheckCommand);
    const { config } = await this.settings();
    const check = journalCare.check(pathsOf(config).journal);
    this.log(checkText(check));
    if (check.status !== 'sound') this.status = check.status === 'damaged' ? CheckCode.critical : CheckCode.warning;
    return check;
  }
}
