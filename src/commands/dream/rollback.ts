import { Args, Flags } from '@oclif/core';
import { requireAdopted } from '../../lib/bus/home.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { confirmed } from '../../lib/cli/confirm.js';
import { experimentNamed } from '../../lib/cli/deployment-choice.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { operatorsReason, rollBackAndTell, type ToldRollback } from '../../lib/cli/roll-back.js';
import { layoutOf } from '../../lib/deployment/layout.js';
import { planRollback, type RolledBack } from '../../lib/deployment/rollback.js';

/** Takes back what is deployed. */
export default class DreamRollback extends KlorosCommand {
  static override summary = 'Take back what is deployed: files and version as they were, byte for byte';
  static override description = `Needs no daemon. A file that somebody has edited since keeps those edits: only the keys that were deployed go
back. Once more takes back the one before. The journal is told by Q_DEPLOYMENT_FAILED, an effect of Q_WINNER_DEPLOYED.`;
  static override examples = [
    '<%= config.bin %> dream rollback --dry-run',
    '<%= config.bin %> dream rollback compression --yes --reason "slower at night"',
  ];
  static override args = { experiment: Args.string({ description: 'may be left out where there is one only' }) };
  static override flags = {
    reason: Flags.string({ summary: 'Why, for the record', default: 'an operator asked for it', helpValue: 'TEXT' }),
    'dry-run': Flags.boolean({ summary: 'Show what would be put back, change nothing' }),
    yes: Flags.boolean({ summary: 'Do not ask', char: 'y' }),
  };

  async run(): Promise<RolledBack | ToldRollback> {
    const { args, flags } = await this.parse(DreamRollback);
    const { config } = await this.settings();
    const layout = layoutOf(config.deployRoot, await experimentNamed(config.deployRoot, args.experiment));
    const why = operatorsReason(flags.reason);
    const { record, files } = await planRollback(layout, why);
    this.log(`${layout.experiment}: ${record.id} goes, ${record.previous ?? 'what was there before'} comes back`);
    for (const { path, state } of files) this.log(`  ${path}  ${state}`);
    if (flags['dry-run']) return { record, files };
    requireAdopted(config);
    const asked = { yes: flags.yes, mode: this.mode, abort: this.interrupted };
    if (!(await confirmed(`Take ${record.id} back?`, asked))) {
      this.note('Nothing was changed');
      this.status = ExitCode.failed;
      return { record, files };
    }
    const done = await rollBackAndTell(config, layout.experiment, { ...why, only: record.id });
    this.log(`Took ${done.record.id} back`);
    if (done.untold !== null) this.warn(`The journal could not be told of it: ${done.untold}`);
    return done;
  }
}
