import { Args, Flags } from '@oclif/core';
import { timeoutSignal } from '../../lib/base/timers.js';
import { isoTimestamp, systemClock } from '../../lib/base/clock.js';
import { parseDurationMs } from '../../lib/base/duration.js';
import type { BrowseQuery } from '../../lib/bus/bus.js';
import { openObserver } from '../../lib/bus/open-observer.js';
import type { TimeRange } from '../../lib/bus/observer.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { compileStreamFilter } from '../../lib/cli/expression.js';
import { rangeArgv } from '../../lib/cli/range-args.js';
import { footerText } from '../../lib/cli/recording-text.js';
import { withBus } from '../../lib/cli/with-bus.js';
import type { Config } from '../../lib/config/schema.js';
import { namePattern } from '../../lib/operator/pattern.js';
import { parseRange } from '../../lib/operator/range.js';
import type { Footer } from '../../lib/recording/format.js';
import { pastOf, record, type Stream } from '../../lib/recording/record.js';
import { RecordingWriter } from '../../lib/recording/write.js';

const DEFAULT_MAX_MIB = 1_024;
const MIB = 1_048_576;

/** What `bus record --json` answers. */
interface Result {
  path: string;
  footer: Footer;
}

/** Writes signals into a file. */
export default class BusRecord extends KlorosCommand {
  static override summary = 'Record signals into a file, as they are said or from the journal';
  static override description = `The file is JSON lines, compressed where its name ends in .gz: a header, before the first signal of each name the schema of
its facts, the signals, and a footer with what was lost. Ctrl-C, or the end of the terminal, ends it whole; one that is torn is read as far as it goes.
Exit code 1 where something is not in it.
Without --range it records what is said from now on. kloros bus play plays it, kloros bus recordings shows what is in it.`;
  static override examples = [
    '<%= config.bin %> bus record colony.jsonl.gz --for 1m',
    '<%= config.bin %> bus record incident.jsonl.gz --range -1h:now --signal "Q_*"',
    `<%= config.bin %> bus record sure.jsonl --range -1d --where 'facts.confidence > 0.8'`,
  ];
  static override args = { file: Args.string({ description: 'file to write', required: true }) };
  static override flags = {
    range: Flags.string({ summary: 'From the journal: -1h:now, -2h:-1h, beginning:now', helpValue: 'RANGE' }),
    signal: Flags.string({ summary: 'Only these names or globs', multiple: true, helpValue: 'NAME' }),
    where: Flags.string({ summary: 'Only signals for which this CEL expression is true', helpValue: 'EXPRESSION' }),
    count: Flags.integer({ summary: 'End after so many signals', min: 1 }),
    for: Flags.string({ summary: 'End after this time, e.g. 30s', helpValue: 'DURATION', exclusive: ['range'] }),
    'max-mib': Flags.integer({ summary: 'Write no more than this, uncompressed', default: DEFAULT_MAX_MIB, min: 1 }),
    force: Flags.boolean({ summary: 'Replace a file of this name' }),
  };

  async run(): Promise<Result> {
    const { args, flags } = await this.parse(BusRecord, rangeArgv(this.argv));
    const range = flags.range === undefined ? null : parseRange(flags.range, systemClock.nowMs());
    const pattern = namePattern(flags.signal ?? []);
    const filter = flags.where === undefined ? () => true : compileStreamFilter(flags.where, (text) => this.warn(text));
    const forMs = flags.for === undefined ? null : parseDurationMs(flags.for);
    const { config } = await this.settings();
    const opening = {
      ...{ recorded_at: isoTimestamp(systemClock.nowMs()), by: 'kloros bus record', home: config.home },
      ...{ patterns: flags.signal ?? [], reason: null },
      range: range && { since: isoTimestamp(range.sinceMs), until: isoTimestamp(range.untilMs) },
    };
    const abort = AbortSignal.any([this.interrupted, hungUp()]);
    const footer = await this.#streaming(config, { range, forMs, abort }, async (stream) => {
      const limits = { overwrite: flags.force, maxBytes: flags['max-mib'] * MIB };
      const writer = await RecordingWriter.open(args.file, opening, limits);
      this.note(`recording into ${args.file}${range === null && forMs === null ? '; Ctrl-C ends it' : ''}`);
      const query = { matches: (name: string) => pattern.matches(name), filter, count: flags.count ?? Infinity };
      return record(stream, writer, { ...query, isFinite: range !== null, abort });
    });
    this.log(footerText(args.file, footer));
    if (footer.signals === 0) this.status = ExitCode.notFound;
    if (footer.lost.positions + footer.lost.too_many > 0) this.status = ExitCode.failed;
    return { path: args.file, footer };
  }

  /** The past needs no place at the bus; what is said from now on does. */
  async #streaming(
    config: Config,
    { range, forMs, abort }: Extent,
    use: (stream: Stream) => Promise<Footer>,
  ): Promise<Footer> {
    if (range === null) {
      return withBus(config, async (bus) => {
        const limit = forMs === null ? [] : [timeoutSignal(forMs)];
        const ended = AbortSignal.any([abort, ...limit]);
        return use(bus.follow({ afterSeq: await bus.newest() }, ended));
      });
    }
    const observer = openObserver(config);
    try {
      const journal = {
        browse: async (query: BrowseQuery) => observer.page(query),
        newest: async () => observer.newest(),
      };
      return await use(pastOf(journal, range));
    } finally {
      observer.close();
    }
  }
}

interface Extent {
  range: TimeRange | null;
  /** Null without a limit. */
  forMs: number | null;
  abort: AbortSignal;
}

/** A terminal that is gone ends the recording whole, as Ctrl-C does. */
function hungUp(): AbortSignal {
  const gone = new AbortController();
  process.once('SIGHUP', () => gone.abort());
  return gone.signal;
}
