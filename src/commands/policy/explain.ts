import { Args } from '@oclif/core';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { decisionLogOf, decisionsNamed } from '../../lib/cli/policy-sources.js';
import { decisionPage } from '../../lib/cli/policy-tables.js';
import type { Decision } from '../../lib/policy/decision.js';

/** Explains decisions of the policy engine. */
export default class PolicyExplain extends KlorosCommand {
  static override summary = 'Why the policy engine decided as it did: facts, rule, each question and its answer';
  static override description = `The id may be that of a decision, or its beginning, of the signal that was heard, or of the one that was said;
a signal may have led to several decisions.`;
  static override examples = [
    '<%= config.bin %> policy explain 3f1c0a9be7',
    '<%= config.bin %> policy explain 3f1c --json',
  ];
  static override args = { id: Args.string({ description: 'as kloros policy decisions shows it', required: true }) };

  async run(): Promise<Decision[]> {
    const { args } = await this.parse(PolicyExplain);
    const { config } = await this.settings();
    const decisions = await decisionsNamed(decisionLogOf(config), args.id);
    this.log(decisions.map(decisionPage).join('\n\n'));
    return decisions;
  }
}
