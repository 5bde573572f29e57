import { Flags } from '@oclif/core';
import * as known from '../../daemons/index.js';
import { parseDurationMs } from '../../lib/base/duration.js';
import { allFlag, daemonArgs, KeeperCommand, keptTable } from '../../lib/cli/keeper-command.js';
import type { KeptDaemon } from '../../lib/keeping/keeper.js';
import { waitFor } from '../../lib/keeping/wait.js';

/** Waits for daemons. */
export default class DaemonWait extends KeeperCommand {
  static override summary = 'Wait until daemons are ready, or have stopped';
  static override description = 'Exit code 4 when they are not by then, 1 when one is given up.';
  static override examples = [
    '<%= config.bin %> daemon wait chemical-bus --for ready --timeout 30s',
    '<%= config.bin %> daemon wait --all --for stopped',
  ];
  static override strict = false;
  static override args = daemonArgs;
  static override flags = {
    ...allFlag,
    for: Flags.option({
      summary: 'What to wait for',
      options: ['ready', 'stopped'] as const,
      default: 'ready' as const,
    })(),
    timeout: Flags.string({ summary: 'The longest wait', helpValue: 'DURATION', default: '60s' }),
  };

  async run(): Promise<KeptDaemon[]> {
    const { flags, argv } = await this.parse(DaemonWait);
    const names = this.meant(argv, flags.all, known);
    const { config } = await this.settings();
    const kept = await waitFor({
      find: () => this.keeper(config),
      names,
      until: flags.for,
      timeoutMs: parseDurationMs(flags.timeout),
      abort: this.interrupted,
    });
    this.log(keptTable(kept, process.stdout.columns));
    return kept;
  }
}
