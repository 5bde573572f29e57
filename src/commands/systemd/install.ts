import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { Args, Flags } from '@oclif/core';
import { daemons, findDaemon } from '../../daemons/index.js';
import { systemClock } from '../../lib/base/clock.js';
import { changeFlags, SystemdCommand, type StepsResult } from '../../lib/cli/systemd-command.js';
import { planInstall } from '../../lib/systemd/install.js';
import type { Layout } from '../../lib/systemd/layout.js';
import { systemctlOf } from '../../lib/systemd/systemctl.js';
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
  static override args = { daemon: Args.string({ description: 'only these, the hub, and those that are installed' }) };
  static override flags = {
    ...changeFlags,
    now: Flags.boolean({ summary: 'Start the colony too, and restart what changed' }),
  };

  async run(): Promise<StepsResult> {
    const { flags, argv } = await this.parse(SystemdInstall);
    const chosen = argv.map((name) => findDaemon(String(name)).name);
    const { layout, config } = await this.machine(flags);
    if (!flags['dry-run']) this.refuseWithoutRoot(layout.scope);
    const systemctl = systemctlOf(layout.scope, process.env);
    const steps = await planInstall({
      layout,
      config,
      env: process.env,
      daemons: unitDaemons(daemons, config),
      chosen,
      systemctl,
      clock: systemClock,
      startNow: flags.now,
    });
    this.#warnOfLinger(layout);
    if (steps.length === 0) this.log('All is installed as it should be');
    const result = steps.length === 0 ? { done: true, steps: [] } : await this.apply('Do all this?', steps, flags);
    if (result.done && !flags.now)
      this.note(`Next: systemctl --${layout.scope} start kloros.target, then kloros systemd status`);
    return result;
  }

  /** Without it a user's services end with their last session. */
  #warnOfLinger({ scope }: Layout): void {
    const { username } = userInfo();
    if (scope === 'system' || existsSync(`/var/lib/systemd/linger/${username}`)) return;
    this.warn(`The services of ${username} end with the last session: loginctl enable-linger ${username}`);
  }
}
