import chalk from 'chalk';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { chosen, isNarrowed, nothingMatched, selectionFlags, storeOf } from '../../lib/cli/dlq-selection.js';
import { groupsTable } from '../../lib/cli/dlq-tables.js';
import { groupsOf, type LetterGroup } from '../../lib/dead-letter/groups.js';

/** Groups dead letters by cause. */
export default class DlqGroups extends KlorosCommand {
  static override summary = 'What failed, by cause: how often, since when, and who is affected';
  static override description = `Failures of one daemon at one signal with the same error are one cause; numbers, ids, paths and quoted
values in the error do not count. A group is named by the beginning of its digits.`;
  static override examples = [
    '<%= config.bin %> dlq groups',
    '<%= config.bin %> dlq groups --since 1d --json',
    '<%= config.bin %> dlq groups --signal Q_INVESTIGATION_COMPLETE',
  ];
  static override flags = { ...selectionFlags };

  async run(): Promise<LetterGroup[]> {
    const { flags } = await this.parse(DlqGroups);
    const { config } = await this.settings();
    const store = storeOf(config);
    const found = await chosen(() => store.letters(), flags);
    const nowMs = systemClock.nowMs();
    const groups = await groupsOf(found, { nowMs, quarantineAfter: config.dlq.quarantineAfter });
    if (found.count === 0 && isNarrowed(flags)) throw nothingMatched(found.total);
    if (groups.length > 0) this.log(groupsTable(groups, nowMs));
    this.log(chalk.dim(`${found.count} dead letters of ${groups.length} ${groups.length === 1 ? 'cause' : 'causes'}`));
    const [first] = groups;
    if (first)
      this.note(`kloros dlq show ${first.sample.id}   or   kloros dlq replay --group ${first.group} --dry-run`);
    return groups;
  }
}
