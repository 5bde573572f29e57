import { Args, Flags } from '@oclif/core';
import { systemClock } from '../../lib/base/clock.js';
import { parseDurationMs } from '../../lib/base/duration.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { confirmed } from '../../lib/cli/confirm.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { withBus } from '../../lib/cli/with-bus.js';
import { suppress } from '../../lib/operator/suppressions.js';

/** What is suppressed now by this command. */
interface Result {
  suppressed: string | null;
}

/** Suppresses a question. */
export default class SuppressAdd extends KlorosCommand {
  static override summary = 'Investigate a question no more, until that is lifted or over';
  static override examples = [
    '<%= config.bin %> suppress add discover.module.phantom --reason "it does not exist" --yes',
    '<%= config.bin %> suppress add discover.module.audio --for 1d --dry-run',
  ];
  static override args = { question: Args.string({ description: 'its question_id', required: true }) };
  static override flags = {
    reason: Flags.string({ summary: 'Why; shown to whoever asks it', helpValue: 'TEXT' }),
    for: Flags.string({ summary: 'End by itself after this time, e.g. 1d', helpValue: 'DURATION' }),
    'dry-run': Flags.boolean({ summary: 'Show what would be done' }),
    yes: Flags.boolean({ summary: 'Do not ask', char: 'y' }),
  };

  async run(): Promise<Result> {
    const { args, flags } = await this.parse(SuppressAdd);
    const lastsMs = flags.for === undefined ? undefined : parseDurationMs(flags.for);
    const { config } = await this.settings();
    const end = flags.for === undefined ? '' : ` for ${flags.for}`;
    if (flags['dry-run']) {
      this.log(`Would suppress ${args.question}${end}`);
      return { suppressed: null };
    }
    const asked = { yes: flags.yes, mode: this.mode, abort: this.interrupted };
    if (!(await confirmed(`Suppress ${args.question}${end}?`, asked))) {
      this.note('Nothing was changed');
      this.status = ExitCode.failed;
      return { suppressed: null };
    }
    const sinceMs = systemClock.nowMs();
    const untilMs = lastsMs === undefined ? null : sinceMs + lastsMs;
    const word = { reason: flags.reason ?? null, sinceMs, untilMs };
    await withBus(config, (bus) => suppress(bus, args.question, word));
    this.log(`Suppressed ${args.question}${end}; kloros suppress remove lifts it`);
    return { suppressed: args.question };
  }
}
