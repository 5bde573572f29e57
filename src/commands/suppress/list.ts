import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { suppressionsTable } from '../../lib/cli/suppressions-table.js';
import { lookAtBus } from '../../lib/cli/with-bus.js';
import { knownSuppressions, type Suppression } from '../../lib/operator/suppressions.js';

/** Lists suppressed questions. */
export default class SuppressList extends KlorosCommand {
  static override summary = 'Questions that are not investigated, and why';
  static override description = `A question is suppressed by five failures in a row, or by kloros suppress add. Whoever asks it is answered at
once with a failed Q_INVESTIGATION_COMPLETE that says so.`;
  static override examples = ['<%= config.bin %> suppress list', '<%= config.bin %> suppress list --json'];

  async run(): Promise<Suppression[]> {
    await this.parse(SuppressList);
    const { config } = await this.settings();
    const nowMs = systemClock.nowMs();
    const found = await lookAtBus(config, (bus) => knownSuppressions(bus, nowMs));
    this.log(found.length === 0 ? 'Nothing is suppressed' : suppressionsTable(found, nowMs, process.stdout.columns));
    return found;
  }
}
