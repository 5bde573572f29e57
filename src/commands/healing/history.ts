import { Flags } from '@oclif/core';
import { findDaemon } from '../../daemons/index.js';
import { systemClock } from '../../lib/base/clock.js';
import { openObserver } from '../../lib/bus/open-observer.js';
import { KlorosCommand, outputFlag } from '../../lib/cli/base-command.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { historyOf } from '../../lib/cli/healing-sources.js';
import { repairsTable } from '../../lib/cli/healing-tables.js';
import type { RepairRow } from '../../lib/healing/history.js';
import { parseSince } from '../../lib/operator/since.js';

/** Lists repairs. */
export default class HealingHistory extends KlorosCommand {
  static override summary = 'What the colony repaired by itself, why, and whether it helped, the newest first';
  static override description = `Each repair is in the journal with its cause: kloros trace ID shows the whole chain.`;
  static override examples = [
    '<%= config.bin %> healing history',
    '<%= config.bin %> healing history --daemon investigation-consumer --since 1d',
    '<%= config.bin %> healing history --rule restart_who_does_not_beat --output jsonl',
  ];
  static override flags = {
    rule: Flags.string({ summary: 'Only of this rule', helpValue: 'NAME' }),
    daemon: Flags.string({ summary: 'Only about this daemon', helpValue: 'NAME' }),
    since: Flags.string({ summary: 'Only newer ones: 1h, or an ISO time', helpValue: 'TIME' }),
    limit: Flags.integer({ summary: 'At most so many', default: 50, min: 1 }),
    output: outputFlag(),
  };

  async run(): Promise<RepairRow[]> {
    const { flags } = await this.parse(HealingHistory);
    const { rule, limit } = flags;
    const daemon = flags.daemon === undefined ? undefined : findDaemon(flags.daemon).name;
    const nowMs = systemClock.nowMs();
    const since = flags.since === undefined ? 'beginning' : parseSince(flags.since, nowMs);
    const sinceMs = typeof since === 'object' ? since.sinceMs : since === 'now' ? nowMs : -Infinity;
    const { config } = await this.settings();
    const observer = openObserver(config);
    try {
      const repairs = historyOf(observer, { rule, daemon, sinceMs, limit });
      for (const repair of repairs) await this.line(repair);
      if (repairs.length === 0) this.status = ExitCode.notFound;
      this.log(repairs.length === 0 ? 'No repair matches.' : repairsTable(repairs, nowMs));
      return repairs;
    } finally {
      observer.close();
    }
  }
}
