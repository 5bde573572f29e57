import { Flags } from '@oclif/core';
import { systemClock } from '../../lib/base/clock.js';
import type { Refusal } from '../../lib/bus/bus.js';
import { openObserver } from '../../lib/bus/open-observer.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { refusalsTable } from '../../lib/cli/refusal-tables.js';

/** Lists what was refused. */
export default class PeerRefused extends KlorosCommand {
  static override summary = 'List signals that were refused: by whom, from where, how often';
  static override description = `A daemon takes a signal only from those who may cause what it does. What it refuses is no dead letter: it is
counted, and stays in the journal for whoever looks. "kloros signal explain NAME" says from whom a signal is accepted.`;
  static override examples = ['<%= config.bin %> peer refused', '<%= config.bin %> peer refused --limit 5 --json'];
  static override flags = {
    limit: Flags.integer({ summary: 'Maximum number of rows', default: 50, min: 1 }),
  };

  async run(): Promise<Refusal[]> {
    const { flags } = await this.parse(PeerRefused);
    const { config } = await this.settings();
    const observer = openObserver(config);
    try {
      const rows = observer.refusals().slice(0, flags.limit);
      this.log(rows.length === 0 ? 'Nothing was refused' : refusalsTable(rows, systemClock.nowMs()));
      return rows;
    } finally {
      observer.close();
    }
  }
}
