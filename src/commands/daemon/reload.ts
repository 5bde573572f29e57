import { Flags } from '@oclif/core';
import * as known from '../../daemons/index.js';
import { allFlag, daemonArgs, KeeperCommand, type KeptResult } from '../../lib/cli/keeper-command.js';

/** Has daemons read their settings anew. */
export default class DaemonReload extends KeeperCommand {
  static override summary = 'Have daemons read their settings anew, whoever keeps them alive';
  static override description = `What runs may finish, then all is opened anew in the same process: settings, rules of healing, policies.
It waits, and shows what became of each: reloaded, refused (the old settings stay in force, daemon status says so too),
failed or ended. Exit code 1 when one did not take them up. Settings that are wrong in themselves are refused here. Another home, log level or sandbox needs a restart, as do credentials and another version of kloros.`;
  static override examples = [
    '<%= config.bin %> daemon reload investigation-consumer --dry-run',
    '<%= config.bin %> daemon reload --all',
  ];
  static override strict = false;
  static override args = daemonArgs;
  static override flags = {
    ...allFlag,
    'dry-run': Flags.boolean({ summary: 'Show who would be told' }),
  };

  async run(): Promise<KeptResult> {
    const { flags, argv } = await this.parse(DaemonReload);
    const names = this.meant(argv, flags.all, known);
    const { config } = await this.settings();
    return this.change({ verb: 'reload', names, config, dryRun: flags['dry-run'], yes: undefined });
  }
}
