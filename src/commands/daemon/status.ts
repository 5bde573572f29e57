import { daemons, findDaemon } from '../../daemons/index.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { daemonArgs, KeeperCommand, keptTable } from '../../lib/cli/keeper-command.js';
import type { KeptDaemon } from '../../lib/keeping/keeper.js';

/** Shows who keeps each daemon alive. */
export default class DaemonStatus extends KeeperCommand {
  static override summary = 'Who keeps each daemon alive, and why one is not ready';
  static override description = `systemd, kloros up, somebody's own hand, or nobody. Exit code 1 when one that is kept, or is asked for by name, is not
ready, 3 when none runs. What waits for each, and what holds it back: kloros daemon list.`;
  static override examples = [
    '<%= config.bin %> daemon status',
    '<%= config.bin %> daemon status intent-router --json',
  ];
  static override strict = false;
  static override args = daemonArgs;

  async run(): Promise<KeptDaemon[]> {
    const { argv } = await this.parse(DaemonStatus);
    const named = argv.map((name) => findDaemon(String(name)).name);
    const { config } = await this.settings();
    const keeper = await this.keeper(config);
    const kept = await keeper.look(named.length > 0 ? named : daemons.map(({ name }) => name));
    this.log(keptTable(kept, process.stdout.columns));
    this.status = exitCodeOf(named.length > 0 ? kept : kept.filter(({ keeper: who }) => who !== 'nobody'));
    return kept;
  }
}

/** Whom nobody keeps is not missed: a colony may be of some daemons only. */
function exitCodeOf(expected: readonly KeptDaemon[]): number {
  if (expected.every(({ pid, state }) => pid === null && state !== 'idle')) return ExitCode.notFound;
  return expected.every(({ state }) => state === 'ready' || state === 'idle') ? ExitCode.done : ExitCode.failed;
}
