import { Flags } from '@oclif/core';
import { systemClock } from '../../lib/base/clock.js';
import { openObserver } from '../../lib/bus/open-observer.js';
import { KlorosCommand, outputFlag } from '../../lib/cli/base-command.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { statsTable } from '../../lib/cli/gap-tables.js';
import { RANGE_HELP, rangeArgs, rangeArgv } from '../../lib/cli/range-args.js';
import { stats, type Stat } from '../../lib/operator/flow/stats.js';
import { namePattern } from '../../lib/operator/pattern.js';
import { parseRange } from '../../lib/operator/range.js';

/** Adds up the past. */
export default class BusStats extends KlorosCommand {
  static override summary = 'Add up a stretch of time: what each source said, and what became of it';
  static override description = `Count, rate, bytes, what is open, attempts of what is open or failed, dead letters, and when it was last said.
Looks into the journal and joins nothing, so it works on a colony that is stopped. ${RANGE_HELP}`;
  static override examples = [
    '<%= config.bin %> bus stats',
    '<%= config.bin %> bus stats -1d --signal "Q_*" --json',
    '<%= config.bin %> bus stats -1h --source intent_router --output jsonl',
  ];
  static override args = rangeArgs;
  static override flags = {
    signal: Flags.string({ summary: 'Only these names or globs', multiple: true, helpValue: 'NAME' }),
    source: Flags.string({ summary: 'Only what this daemon or peer said', helpValue: 'NAME' }),
    output: outputFlag(),
  };

  async run(): Promise<Stat[] | undefined> {
    const { args, flags } = await this.parse(BusStats, rangeArgv(this.argv));
    const range = parseRange(args.range, systemClock.nowMs());
    const { config } = await this.settings();
    const observer = openObserver(config);
    try {
      const query = { range, pattern: namePattern(flags.signal ?? []), source: flags.source };
      const rows = await stats(observer, query, this.interrupted);
      if (rows.length === 0) this.status = ExitCode.notFound;
      if (this.mode === 'jsonl') for (const row of rows) await this.line(row);
      else if (rows.length > 0) this.log(statsTable(rows, systemClock.nowMs()));
      return this.mode === 'json' ? rows : undefined;
    } finally {
      observer.close();
    }
  }
}
