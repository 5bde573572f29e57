import { Args, Flags } from '@oclif/core';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { confirmed } from '../../lib/cli/confirm.js';
import { experimentNamed } from '../../lib/cli/deployment-choice.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { withBus } from '../../lib/cli/with-bus.js';
import { KlorosError } from '../../lib/base/errors.js';
import { proposalsOf } from '../../lib/deployment/overview.js';
import type { DeploymentRecord } from '../../lib/deployment/record.js';
import { operatorSignal } from '../../lib/operator/say.js';
import { idMaker } from '../../lib/signals/id.js';
import { CONSENT } from '../../lib/signals/origin.js';

/** Agrees to a proposal. */
export default class DreamApprove extends KlorosCommand {
  static override summary = 'Agree to a proposed winner: the deployer validates it once more and deploys it';
  static override description = `At autonomy 1 winners are validated and then wait for this. It says Q_DEPLOYMENT_APPROVED, which is durable:
a deployer that does not run now deploys when it does. kloros dream diff shows what would change.`;
  static override examples = [
    '<%= config.bin %> dream approve --dry-run',
    '<%= config.bin %> dream approve compression --yes',
  ];
  static override args = { experiment: Args.string({ description: 'may be left out where there is one only' }) };
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'Show what waits, approve nothing' }),
    yes: Flags.boolean({ summary: 'Do not ask', char: 'y' }),
  };

  async run(): Promise<DeploymentRecord> {
    const { args, flags } = await this.parse(DreamApprove);
    const { config } = await this.settings();
    const experiment = await experimentNamed(config.deployRoot, args.experiment);
    const [proposal] = await proposalsOf(config.deployRoot, experiment);
    if (proposal === undefined) throw nothingProposed(experiment);
    if (config.autonomy === 0) throw forbidden();
    this.log(`${experiment}: ${proposal.id}, ${proposal.reason}`);
    if (flags['dry-run']) return proposal;
    const asked = { yes: flags.yes, mode: this.mode, abort: this.interrupted };
    if (!(await confirmed(`Deploy ${proposal.id}?`, asked))) {
      this.note('Nothing was changed');
      this.status = ExitCode.failed;
      return proposal;
    }
    const { cycle_id, winner_id } = proposal;
    const facts = { experiment, cycle_id, winner_id, approved_by: 'operator' };
    const makeId = idMaker(Math.random);
    const nowMs = () => systemClock.nowMs();
    const signal = operatorSignal({ signal: 'Q_DEPLOYMENT_APPROVED', facts }, { nowMs, nextId: () => makeId(nowMs()) });
    await withBus(config, (bus) => bus.emit([signal], CONSENT));
    this.log(`Approved; winner_deployer_daemon deploys it (${signal.id})`);
    return proposal;
  }
}

function nothingProposed(experiment: string): KlorosError {
  return new KlorosError({
    code: 'PROPOSAL_NOT_FOUND',
    message: `No winner of ${experiment} waits for consent`,
    why: 'winners wait at autonomy 0 and 1 only, once they are validated',
    next: ['kloros dream diff', 'kloros config show'],
  });
}

function forbidden(): KlorosError {
  return new KlorosError({
    code: 'AUTONOMY_FORBIDS',
    message: 'Winners are only proposed here',
    why: 'autonomy is 0',
    next: ['set autonomy to 1 in the configuration, or KLOROS_AUTONOMY=1, also for the deployer'],
  });
}
