import { Args, Flags } from '@oclif/core';
import { daemons, findDaemon } from '../../daemons/index.js';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { usageError } from '../../lib/cli/command-error.js';
import { confirmed } from '../../lib/cli/confirm.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { withBus } from '../../lib/cli/with-bus.js';
import type { Pause } from '../../lib/bus/bus.js';

/** Who is paused now by this command. */
interface Result {
  paused: string[];
}

/** Stops the consumption of daemons. */
export default class DaemonPause extends KlorosCommand {
  static override summary = 'Let daemons consume nothing until they are resumed';
  static override description = `From when the command returns they claim nothing more; what they hold they finish. Signals stay pending, a source
says nothing. It survives restarts, like that of a signal governance.kill, which does the same.`;
  static override examples = [
    '<%= config.bin %> daemon pause investigation-consumer --reason "the model is down" --yes',
    '<%= config.bin %> daemon pause --all --dry-run',
  ];
  static override strict = false;
  static override args = { daemon: Args.string({ description: 'its name; several are allowed' }) };
  static override flags = {
    all: Flags.boolean({ summary: 'Every daemon but the hub, those included that come later' }),
    reason: Flags.string({ summary: 'Why; shown wherever a daemon waits', helpValue: 'TEXT' }),
    'dry-run': Flags.boolean({ summary: 'Show who would be paused' }),
    yes: Flags.boolean({ summary: 'Do not ask', char: 'y' }),
  };

  async run(): Promise<Result> {
    const { flags, argv } = await this.parse(DaemonPause);
    const named = argv.map((name) => pausable(String(name)));
    if (named.length === 0 && !flags.all) throw nobody();
    if (named.length > 0 && flags.all) throw bothNamedAndAll();
    const { config } = await this.settings();
    const meant = flags.all ? daemons.flatMap(({ name, role }) => (role === 'hub' ? [] : [name])) : named;
    if (flags['dry-run']) {
      this.log(`Would pause ${meant.join(', ')}`);
      return { paused: [] };
    }
    const asked = { yes: flags.yes, mode: this.mode, abort: this.interrupted };
    if (!(await confirmed(`Pause ${meant.join(', ')} in ${config.home}?`, asked))) {
      this.note('Nothing was changed');
      this.status = ExitCode.failed;
      return { paused: [] };
    }
    const pause: Pause = { by: 'operator', reason: flags.reason ?? null, sinceMs: systemClock.nowMs() };
    await withBus(config, (bus) => bus.setPaused(flags.all ? null : named, pause));
    this.log(`Paused ${meant.join(', ')}; kloros daemon resume lets them go on`);
    return { paused: meant };
  }
}

/** Everything but the hub: what it carries is carried on. */
function pausable(name: string): string {
  const daemon = findDaemon(name);
  if (daemon.role !== 'hub') return daemon.name;
  throw usageError(`${daemon.name} cannot be paused`, 'the hub carries what others say, and consumes nothing', [
    'kloros daemon pause --all     # everybody else',
  ]);
}

function nobody() {
  return usageError('Nobody is named', 'neither a daemon nor --all is given', [
    'kloros daemon list',
    'kloros daemon pause --all',
  ]);
}

function bothNamedAndAll() {
  return usageError('--all goes without names', 'it is everybody', ['kloros daemon pause --all']);
}
