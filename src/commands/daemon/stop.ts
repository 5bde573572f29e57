import { Flags } from '@oclif/core';
import * as known from '../../daemons/index.js';
import { allFlag, daemonArgs, KeeperCommand, type KeptResult } from '../../lib/cli/keeper-command.js';

/** Stops daemons. */
export default class DaemonStop extends KeeperCommand {
  static override summary = 'Stop daemons, whoever keeps them alive';
  static override description = `systemd where its services are installed for this home, else kloros up, else whoever was started by hand is asked to end.
What runs may finish, the hub ends last, nothing is lost. A supervisor that has nothing left to keep ends too.`;
  static override examples = [
    '<%= config.bin %> daemon stop intent-router --yes',
    '<%= config.bin %> daemon stop --all --dry-run',
  ];
  static override strict = false;
  static override args = daemonArgs;
  static override flags = {
    ...allFlag,
    'dry-run': Flags.boolean({ summary: 'Show who would be told' }),
    yes: Flags.boolean({ summary: 'Do not ask', char: 'y', default: false }),
  };

  async run(): Promise<KeptResult> {
    const { flags, argv } = await this.parse(DaemonStop);
    const names = this.meant(argv, flags.all, known);
    const { config } = await this.settings();
    return this.change({ verb: 'stop', names, config, dryRun: flags['dry-run'], yes: flags.yes });
  }
}
