import { Flags } from '@oclif/core';
import * as known from '../../daemons/index.js';
import { allFlag, daemonArgs, KeeperCommand, type KeptResult } from '../../lib/cli/keeper-command.js';

/** Starts daemons. */
export default class DaemonStart extends KeeperCommand {
  static override summary = 'Start daemons under whoever keeps this home alive';
  static override description = `systemd where its services are installed for this home, else the kloros up that runs, which may be given more daemons.
Where nobody keeps them, a supervisor is started that goes on without a terminal and writes log files.`;
  static override examples = [
    '<%= config.bin %> daemon start intent-router --dry-run',
    '<%= config.bin %> daemon start --all --dry-run',
  ];
  static override strict = false;
  static override args = daemonArgs;
  static override flags = {
    ...allFlag,
    'dry-run': Flags.boolean({ summary: 'Show who would be told' }),
  };

  async run(): Promise<KeptResult> {
    const { flags, argv } = await this.parse(DaemonStart);
    const names = this.meant(argv, flags.all, known);
    const { config } = await this.settings();
    return this.change({ verb: 'start', names, config, dryRun: flags['dry-run'], yes: undefined });
  }
}
