import { Args, Flags } from '@oclif/core';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { notFoundError } from '../../lib/cli/command-error.js';
import { withBus } from '../../lib/cli/with-bus.js';
import { knownSuppressions, lift } from '../../lib/operator/suppressions.js';

/** What is investigated again. */
interface Result {
  removed: string | null;
}

/** Lifts the suppression of a question. */
export default class SuppressRemove extends KlorosCommand {
  static override summary = 'Investigate a suppressed question again';
  static override description = 'Its failures are forgotten as well: it takes five new ones to suppress it again.';
  static override examples = [
    '<%= config.bin %> suppress remove discover.module.audio',
    '<%= config.bin %> suppress remove discover.module.audio --dry-run',
  ];
  static override args = { question: Args.string({ description: 'its question_id', required: true }) };
  static override flags = { 'dry-run': Flags.boolean({ summary: 'Show what would be done' }) };

  async run(): Promise<Result> {
    const { args, flags } = await this.parse(SuppressRemove);
    const { config } = await this.settings();
    const { question } = args;
    return withBus(config, async (bus) => {
      const candidates = (await knownSuppressions(bus, systemClock.nowMs())).map(({ questionId }) => questionId);
      if (!candidates.includes(question))
        throw notFoundError({ kind: 'suppression', name: question, candidates, list: 'kloros suppress list' });
      if (flags['dry-run']) {
        this.log(`Would lift the suppression of ${question}`);
        return { removed: null };
      }
      await lift(bus, question);
      this.log(`Lifted the suppression of ${question}; ask it again: kloros intent submit`);
      return { removed: question };
    });
  }
}
