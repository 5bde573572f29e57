import { daemons } from '../../daemons/index.js';
import { changeFlags, SystemdCommand, type StepsResult } from '../../lib/cli/systemd-command.js';
import { installedRecord } from '../../lib/systemd/installed.js';
import { planRollback } from '../../lib/systemd/rollback.js';
import { systemctlOf } from '../../lib/systemd/systemctl.js';
import { unitOf } from '../../lib/systemd/unit-names.js';

/** Goes back to the timer that the colony replaced. */
export default class SystemdRollback extends SystemdCommand {
  static override summary = 'Stop the colony and bring back the timer that it replaced';
  static override description = `Stops the daemons in the order of the rollback plan, and restores the legacy timer as install found it:
its program from git, its units from the record, enabled and started as it was. Nothing of the colony is removed;
kloros systemd install goes forward again.`;
  static override examples = [
    '<%= config.bin %> systemd rollback --dry-run',
    '<%= config.bin %> systemd rollback --yes',
  ];
  static override flags = changeFlags;

  async run(): Promise<StepsResult> {
    const { flags } = await this.parse(SystemdRollback);
    const { layout, config } = await this.machine(flags);
    if (!flags['dry-run']) this.refuseWithoutRoot(layout.scope);
    const { record } = await installedRecord(config, layout.scope);
    if (record.legacy === null) this.warn('No legacy timer was recorded when the colony was installed');
    const hub = unitOf(daemons.find(({ role }) => role === 'hub')?.name ?? '');
    const steps = planRollback({ record, hub, systemctl: systemctlOf(layout.scope, process.env) });
    return this.apply('Do all this?', steps, flags);
  }
}
