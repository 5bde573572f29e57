import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { Args, Flags } from '@oclif/core';
import { daemons, findDaemon } from '../../daemons/index.js';
import { systemClock } from '../../lib/base/clock.js';
import { usageError } from '../../lib/cli/command-error.js';
import { changeFlags, SystemdCommand, type StepsResult } from '../../lib/cli/systemd-command.js';
import { pathsOf } from '../../lib/config/paths.js';
import { planInstall } from '../../lib/systemd/install.js';
import type { Layout } from '../../lib/systemd/layout.js';
import { readRecord } from '../../lib/systemd/record.js';
import { systemctlOf } from '../../lib/systemd/systemctl.js';
import { olderVersion } from '../../lib/systemd/start.js';
import { unitDaemons } from '../../lib/systemd/unit-daemons.js';

/** Installs the colony as services. */
export default class SystemdInstall extends SystemdCommand {
  static override summary = 'Install the colony as services, or bring an installation up to date';
  static override description = `Writes the units, enables kloros.target, and stops the timer of the orchestrator that it replaces.
For the system it also makes the user kloros, /var/lib/kloros and /etc/kloros/config.yaml where they are missing;
members of the group kloros operate the colony without being root. Run again, it does what is left to do, or nothing.`;
  static override examples = [
    '<%= config.bin %> systemd install --dry-run',
    '<%= config.bin %> systemd install --yes --now',
    '<%= config.bin %> systemd install --user --yes',
    '<%= config.bin %> systemd install intent-router investigation-consumer --dry-run',
  ];
  static override strict = false;
  static override args = {
    daemon: Args.string({ description: 'only these, the hub, and those that were chosen before' }),
  };
  static override flags = {
    ...changeFlags,
    all: Flags.boolean({ summary: 'Every daemon, also where only some were chosen before' }),
    now: Flags.boolean({ summary: 'Start the colony too, and restart what changed; after an upgrade, all that runs' }),
    restart: Flags.boolean({ summary: 'Like --now, and restart all that runs, changed or not' }),
  };

  async run(): Promise<StepsResult> {
    const { flags, argv } = await this.parse(SystemdInstall);
    const chosen = chosenOf(argv, flags.all);
    const { layout, config } = await this.machine(flags);
    if (!flags['dry-run']) this.refuseWithoutRoot(layout.scope);
    const systemctl = systemctlOf(layout.scope, process.env);
    const startNow = flags.now || flags.restart;
    const record = await readRecord(pathsOf(config).systemd);
    const older = olderVersion({ record }, this.config.version);
    const steps = await planInstall({
      layout,
      config,
      env: process.env,
      daemons: unitDaemons(daemons, config),
      chosen,
      systemctl,
      clock: systemClock,
      version: this.config.version,
      startNow,
      restart: flags.restart,
    });
    this.#warnOfLinger(layout);
    if (steps.length === 0) this.log('All is installed as it should be');
    const result = steps.length === 0 ? { done: true, steps: [] } : await this.apply('Do all this?', steps, flags);
    if (result.done && !startNow)
      this.note(
        older === undefined
          ? `Next: systemctl --${layout.scope} start kloros.target, then kloros systemd status`
          : `What runs is ${older}; when nothing stands against it: kloros systemd install --now restarts it`,
      );
    return result;
  }

  /** Without it a user's services end with their last session. */
  #warnOfLinger({ scope }: Layout): void {
    const { username } = userInfo();
    if (scope === 'system' || existsSync(`/var/lib/systemd/linger/${username}`)) return;
    this.warn(`The services of ${username} end with the last session: loginctl enable-linger ${username}`);
  }
}

/** Undefined: as it was chosen before. */
function chosenOf(names: readonly unknown[], all: boolean): string[] | 'all' | undefined {
  if (all && names.length > 0)
    throw usageError('--all goes without names', 'it is everybody', ['kloros systemd install --all']);
  if (names.length === 0) return all ? 'all' : undefined;
  return names.map((name) => findDaemon(String(name)).name);
}
