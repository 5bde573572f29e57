import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { storeOf } from '../../lib/cli/dlq-selection.js';
import { statsText } from '../../lib/cli/dlq-tables.js';
import { statsOf, type QueueStats } from '../../lib/dead-letter/stats.js';

/** Counts dead letters. */
export default class DlqStats extends KlorosCommand {
  static override summary = 'The dead letter queue in figures';
  static override examples = ['<%= config.bin %> dlq stats', '<%= config.bin %> dlq stats --json'];

  async run(): Promise<QueueStats> {
    await this.parse(DlqStats);
    const { config } = await this.settings();
    const store = storeOf(config);
    const asked = { nowMs: systemClock.nowMs(), quarantineAfter: config.dlq.quarantineAfter };
    const stats = await statsOf(store.letters(), store.archivedLetters(), asked);
    this.log(statsText(stats, asked.nowMs));
    return stats;
  }
}
