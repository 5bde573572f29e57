import { Flags } from '@oclif/core';
import chalk from 'chalk';
import { isoTimestamp, systemClock } from '../../lib/base/clock.js';
import { parseDurationMs } from '../../lib/base/duration.js';
import type { Count } from '../../lib/bus/observer.js';
import { openObserver } from '../../lib/bus/open-observer.js';
import { KlorosCommand, outputFlag } from '../../lib/cli/base-command.js';
import { usageError } from '../../lib/cli/command-error.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { bar } from '../../lib/cli/progress-line.js';
import { RANGE_HELP, rangeArgs, rangeArgv } from '../../lib/cli/range-args.js';
import { colouredName, signalDocument, signalLine } from '../../lib/cli/signal-line.js';
import { renderTable } from '../../lib/cli/table.js';
import { history, historyCounts, type HistoryQuery } from '../../lib/operator/history.js';
import { namePattern } from '../../lib/operator/pattern.js';
import { parseRange } from '../../lib/operator/range.js';

/** Signals of one name in one stretch of time, for programs. */
interface Row {
  at: string;
  signal: string;
  count: number;
}

/** Shows the past. */
export default class BusHistory extends KlorosCommand {
  static override summary = 'Show or count the signals of a stretch of time';
  static override description = `Looks into the journal and joins nothing, so it works on a colony that is stopped.
${RANGE_HELP}`;
  static override examples = [
    '<%= config.bin %> bus history -1h:now --signal Q_INVESTIGATION_COMPLETE',
    '<%= config.bin %> bus history -1d --every 1h',
    `<%= config.bin %> bus history -1h:now --where 'facts.confidence > 0.8' --output jsonl`,
  ];
  static override args = rangeArgs;
  static override flags = {
    signal: Flags.string({ summary: 'Only these names or globs', multiple: true, helpValue: 'NAME' }),
    source: Flags.string({ summary: 'Only what this daemon or peer said', helpValue: 'NAME' }),
    where: Flags.string({ summary: 'Only signals for which this CEL expression is true', helpValue: 'EXPRESSION' }),
    every: Flags.string({
      summary: 'Count by name in steps of this length, e.g. 1m',
      helpValue: 'DURATION',
      exclusive: ['source', 'where'],
    }),
    output: outputFlag(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(BusHistory, rangeArgv(this.argv));
    const range = parseRange(args.range, systemClock.nowMs());
    const query = { range, pattern: namePattern(flags.signal ?? []), filter: await filterOf(flags) };
    const everyMs = flags.every === undefined ? undefined : stepOf(flags.every);
    const { config } = await this.settings();
    const observer = openObserver(config);
    try {
      const shown =
        everyMs === undefined
          ? await this.#signals(history(observer, query, this.interrupted))
          : await this.#counts(historyCounts(observer, query, everyMs));
      if (shown === 0) this.status = ExitCode.notFound;
    } finally {
      observer.close();
    }
  }

  async #signals(found: ReturnType<typeof history>): Promise<number> {
    let shown = 0;
    for await (const recorded of found) {
      await this.line(signalDocument(recorded), () => signalLine(recorded.signal, recorded.from));
      shown += 1;
    }
    return shown;
  }

  async #counts(counts: readonly Count[]): Promise<number> {
    const rows: Row[] = counts.map(({ atMs, signal, count }) => ({ at: isoTimestamp(atMs), signal, count }));
    if (this.mode === 'text') this.log(rows.length === 0 ? undefined : countsTable(rows));
    else for (const row of rows) await this.line(row);
    return rows.length;
  }
}

async function filterOf({ source, where }: { source?: string | undefined; where?: string | undefined }) {
  // On demand: most calls need no expression, and its compiler takes time to load.
  const holds = where === undefined ? () => true : (await import('../../lib/cli/expression.js')).compileFilter(where);
  const filter: HistoryQuery['filter'] = (signal) =>
    (source === undefined || signal.source === source) && holds(signal);
  return filter;
}

function stepOf(text: string): number {
  const everyMs = parseDurationMs(text);
  if (everyMs >= 1_000) return everyMs;
  throw usageError(`${text} is too short a step`, 'a step is at least a second', ['write e.g. --every 1m']);
}

function countsTable(rows: readonly Row[]): string {
  const most = rows.reduce((largest, { count }) => Math.max(largest, count), 0);
  return renderTable(
    rows,
    [
      { title: 'from', cell: ({ at }) => at.replace('.000Z', 'Z') },
      { title: 'signal', cell: ({ signal }) => colouredName(signal) },
      { title: '', cell: ({ count }) => chalk.dim(bar(count, most)) },
      { title: 'count', cell: ({ count }) => String(count), align: 'right' },
    ],
    { widthColumns: process.stdout.columns },
  );
}
