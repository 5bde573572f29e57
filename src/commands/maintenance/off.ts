import { Flags } from '@oclif/core';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { formatDuration } from '../../lib/cli/formats.js';
import { maintenanceText } from '../../lib/health/hold-text.js';
import { pathsOf } from '../../lib/config/paths.js';
import { leaveMaintenance, maintenanceAt, type Maintenance } from '../../lib/maintenance/mode.js';

/** Turns maintenance off. */
export default class MaintenanceOff extends KlorosCommand {
  static override summary = 'End the maintenance: the daemons go on within a second';
  static override description = 'Removes the file maintenance_mode, whoever made it. A paused daemon stays paused.';
  static override examples = ['<%= config.bin %> maintenance off', '<%= config.bin %> maintenance off --dry-run'];
  static override flags = { 'dry-run': Flags.boolean({ summary: 'Show what would be done' }) };

  async run(): Promise<{ ended: Maintenance | null }> {
    const { flags } = await this.parse(MaintenanceOff);
    const { config } = await this.settings();
    const { maintenance: path } = pathsOf(config);
    const nowMs = systemClock.nowMs();
    const ended = maintenanceAt(path, systemClock) ?? null;
    if (flags['dry-run']) {
      this.log(ended === null ? 'It is off already' : `Would end: ${maintenanceText(ended, nowMs)}`);
      return { ended: null };
    }
    await leaveMaintenance(path); // Also the file of one that is over, which the hub removes while it runs.
    this.log(ended === null ? 'It was off already' : `Ended after ${formatDuration(nowMs - ended.sinceMs)}`);
    return { ended };
  }
}
