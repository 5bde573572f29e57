import { Args, Flags } from '@oclif/core';
import { timeoutSignal } from '../../lib/base/timers.js';
import { KlorosCommand, outputFlag } from '../../lib/cli/base-command.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { compileStreamFilter } from '../../lib/cli/expression.js';
import { signalDocument, signalLine, valueText } from '../../lib/cli/signal-line.js';
import { lookAtBus } from '../../lib/cli/with-bus.js';
import { parseDurationMs } from '../../lib/base/duration.js';
import { fieldOf } from '../../lib/operator/field.js';
import { listen, type ListenQuery } from '../../lib/operator/listen.js';
import { namePattern } from '../../lib/operator/pattern.js';
import { parseSince } from '../../lib/operator/since.js';
import type { Recorded } from '../../lib/bus/bus.js';

/** Shows signals as they are said. */
export default class BusListen extends KlorosCommand {
  static override summary = 'Show signals as they are said';
  static override description = `Reads the journal, so that nothing is missed between the past (--since) and the present.
What --output jsonl prints can be fed to "kloros bus emit -".`;
  static override examples = [
    '<%= config.bin %> bus listen --for 1s',
    '<%= config.bin %> bus listen Q_INVESTIGATION_COMPLETE "AFFECT_*" --since 1m --no-follow',
    `<%= config.bin %> bus listen --since beginning --no-follow --where 'facts.confidence > 0.8' --field facts.question_id`,
  ];
  static override strict = false;
  static override args = { pattern: Args.string({ description: 'names or globs, e.g. "Q_*"; all when absent' }) };
  static override flags = {
    where: Flags.string({ summary: 'Only signals for which this CEL expression is true', helpValue: 'EXPRESSION' }),
    field: Flags.string({ summary: 'Print only this, e.g. facts.question_id', multiple: true, helpValue: 'PATH' }),
    count: Flags.integer({ summary: 'End after so many signals', min: 1 }),
    for: Flags.string({ summary: 'End after this time, e.g. 30s', helpValue: 'DURATION' }),
    since: Flags.string({ summary: 'Begin in the past: 1m, an ISO time, or "beginning"', helpValue: 'TIME' }),
    follow: Flags.boolean({ summary: 'Go on after the past is shown', default: true, allowNo: true }),
    output: outputFlag(),
  };

  async run(): Promise<void> {
    const { flags, argv } = await this.parse(BusListen);
    const query: ListenQuery = {
      pattern: namePattern(argv.map(String)),
      since: parseSince(flags.since ?? 'now', Date.now()),
      pastOnly: !flags.follow,
      ...(flags.where === undefined ? {} : { filter: compileStreamFilter(flags.where, (text) => this.warn(text)) }),
      ...(flags.count === undefined ? {} : { count: flags.count }),
    };
    const limit = flags.for === undefined ? [] : [timeoutSignal(parseDurationMs(flags.for))];
    const { config } = await this.settings();
    const abort = AbortSignal.any([this.interrupted, ...limit]);
    const heard = await lookAtBus(
      config,
      async (bus) => {
        let count = 0;
        for await (const recorded of listen(bus, query, abort)) {
          await this.#show(recorded, flags.field ?? []);
          count += 1;
        }
        return count;
      },
      query.pastOnly ? undefined : (text) => this.note(text),
    );
    if (heard === 0 && query.pastOnly) this.status = ExitCode.notFound;
    if (query.count !== undefined && heard < query.count && !query.pastOnly) this.status = ExitCode.timedOut;
  }

  async #show(recorded: Recorded, fields: readonly string[]): Promise<void> {
    const { signal, from } = recorded;
    if (fields.length === 0) return this.line(signalDocument(recorded), () => signalLine(signal, from));
    const values = fields.map((path): [string, unknown] => [path, fieldOf(signal, path)]);
    return this.line(Object.fromEntries(values), () => values.map(([, value]) => valueText(value)).join('\t'));
  }
}
