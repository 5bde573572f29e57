import { Flags } from '@oclif/core';
import { systemClock } from '../../lib/base/clock.js';
import { openObserver } from '../../lib/bus/open-observer.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { usageError } from '../../lib/cli/command-error.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { gapsText } from '../../lib/cli/gap-tables.js';
import { RANGE_HELP, rangeArgs, rangeArgv } from '../../lib/cli/range-args.js';
import { gapsOf, type Gaps } from '../../lib/operator/flow/gaps.js';
import { orderOf, type Order } from '../../lib/operator/flow/order.js';
import { history } from '../../lib/operator/history.js';
import { namePattern } from '../../lib/operator/pattern.js';
import { parseRange } from '../../lib/operator/range.js';

/** What `bus gaps --json` answers. */
interface Result extends Gaps {
  order: Order;
}

/** Finds what is missing in the past. */
export default class BusGaps extends KlorosCommand {
  static override summary = 'Find gaps in a stretch of time: sources that fell silent, counters that jump';
  static override description = `A silence is longer than --factor times the usual (median) interval of a source and name. The envelope has no counter, so
what a peer lost before it reached the hub shows only where the peer counts by itself: name its counter with --sequence.
The journal's own positions and the hub's place in them are told besides. Exit code 1 when gaps are found. ${RANGE_HELP}`;
  static override examples = [
    '<%= config.bin %> bus gaps',
    '<%= config.bin %> bus gaps -1d --signal HEARTBEAT --factor 3',
    '<%= config.bin %> bus gaps -1h --sequence facts.seq --json',
  ];
  static override args = rangeArgs;
  static override flags = {
    signal: Flags.string({ summary: 'Only these names or globs', multiple: true, helpValue: 'NAME' }),
    source: Flags.string({ summary: 'Only what this daemon or peer said', helpValue: 'NAME' }),
    factor: Flags.string({
      summary: 'Silent is longer than so many usual intervals',
      default: '5',
      helpValue: 'NUMBER',
    }),
    sequence: Flags.string({ summary: 'Counter that a peer keeps, e.g. facts.seq', helpValue: 'PATH' }),
  };

  async run(): Promise<Result> {
    const { args, flags } = await this.parse(BusGaps, rangeArgv(this.argv));
    const nowMs = systemClock.nowMs();
    const range = parseRange(args.range, nowMs);
    const filter = ({ source }: { source: string }) => flags.source === undefined || source === flags.source;
    const { config } = await this.settings();
    const observer = openObserver(config);
    try {
      const said = history(observer, { range, pattern: namePattern(flags.signal ?? []), filter }, this.interrupted);
      const options = { factor: factorOf(flags.factor), sequence: flags.sequence, untilMs: range.untilMs };
      const [gaps, order] = [await gapsOf(said, options), orderOf(observer, range)];
      if (gaps.signals === 0) this.status = ExitCode.notFound;
      else if (gaps.silences.length + gaps.jumps.length > 0) this.status = ExitCode.failed;
      this.log(gapsText(gaps, order, nowMs));
      return { ...gaps, order };
    } finally {
      observer.close();
    }
  }
}

function factorOf(text: string): number {
  const factor = Number(text);
  if (factor > 1) return factor;
  throw usageError(`${text} is no factor`, 'a silence is longer than the usual interval', ['write e.g. --factor 5']);
}
