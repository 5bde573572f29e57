import { Flags } from '@oclif/core';
import * as known from '../../daemons/index.js';
import { allFlag, daemonArgs, KeeperCommand, type KeptResult } from '../../lib/cli/keeper-command.js';

/** Restarts daemons. */
export default class DaemonRestart extends KeeperCommand {
  static override summary = 'Restart daemons, whoever keeps them alive';
  static override description = `It counts as no crash. Who was started by hand goes on under a supervisor.`;
  static override examples = [
    '<%= config.bin %> daemon restart intent-router --yes',
    '<%= config.bin %> daemon restart --all --dry-run',
  ];
  static override strict = false;
  static override args = daemonArgs;
  static override flags = {
    ...allFlag,
    'dry-run': Flags.boolean({ summary: 'Show who would be told' }),
    yes: Flags.boolean({ summary: 'Do not ask', char: 'y', default: false }),
  };

  async run(): Promise<KeptResult> {
    const { flags, argv } = await this.parse(DaemonRestart);
    const names = this.meant(argv, flags.all, known);
    const { config } = await this.settings();
    return this.change({ verb: 'restart', names, config, dryRun: flags['dry-run'], yes: flags.yes });
  }
}
