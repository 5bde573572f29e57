import { Flags } from '@oclif/core';
import { changeFlags, SystemdCommand, type StepsResult } from '../../lib/cli/systemd-command.js';
import { installedRecord } from '../../lib/systemd/installed.js';
import { systemctlOf } from '../../lib/systemd/systemctl.js';
import { planUninstall } from '../../lib/systemd/uninstall.js';

/** Removes the services. */
export default class SystemdUninstall extends SystemdCommand {
  static override summary = 'Stop the services and remove every file that install wrote';
  static override description = `What the colony knows stays in its home, and a configuration that somebody changed stays theirs.
--purge removes the home too, and the user that was made for it; that cannot be undone.`;
  static override examples = [
    '<%= config.bin %> systemd uninstall --dry-run',
    '<%= config.bin %> systemd uninstall --yes',
    '<%= config.bin %> systemd uninstall --purge',
  ];
  static override flags = {
    ...changeFlags,
    purge: Flags.boolean({ summary: 'Also remove everything that the colony knows' }),
  };

  async run(): Promise<StepsResult> {
    const { flags } = await this.parse(SystemdUninstall);
    const { layout, config } = await this.machine(flags);
    if (!flags['dry-run']) this.refuseWithoutRoot(layout.scope);
    const { record, recordPath } = await installedRecord(config, layout.scope);
    const systemctl = systemctlOf(layout.scope, process.env);
    const steps = await planUninstall({ record, recordPath, home: config.home, systemctl, purge: flags.purge });
    return this.apply('Do all this?', steps, flags);
  }
}
