import { daemons } from '../../daemons/index.js';
import { systemClock } from '../../lib/base/clock.js';
import { openObserver } from '../../lib/bus/open-observer.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { consumersTable } from '../../lib/cli/consumer-tables.js';
import { listConsumers, type ListedConsumer } from '../../lib/operator/consumers.js';

/** Lists who has a place in the journal. */
export default class BusConsumers extends KlorosCommand {
  static override summary = 'Who has a place in the journal, and what is kept for each';
  static override description = `What a consumer has still to see is never removed from the journal. One that nobody will run again keeps it for
ever: kloros bus forget. Looks into the journal and joins nothing, so it works on a colony that is stopped.`;
  static override examples = ['<%= config.bin %> bus consumers', '<%= config.bin %> bus consumers --json'];

  async run(): Promise<ListedConsumer[]> {
    await this.parse(BusConsumers);
    const { config } = await this.settings();
    const observer = openObserver(config);
    try {
      const declared = daemons.map(({ name }) => name);
      const nowMs = systemClock.nowMs();
      const rows = listConsumers({ observer, declared, retentionDays: config.retention.days, nowMs });
      this.log(rows.length === 0 ? 'Nobody has a place in the journal yet' : consumersTable(rows, nowMs));
      return rows;
    } finally {
      observer.close();
    }
  }
}
