import chalk from 'chalk';
import { systemClock } from '../../lib/base/clock.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { maintenanceText } from '../../lib/health/hold-text.js';
import { pathsOf } from '../../lib/config/paths.js';
import { maintenanceAt, type Maintenance } from '../../lib/maintenance/mode.js';

/** Whether maintenance is on. */
export default class MaintenanceStatus extends KlorosCommand {
  static override summary = 'Whether maintenance is on, since when, why, and until when';
  static override examples = ['<%= config.bin %> maintenance status', '<%= config.bin %> maintenance status --json'];

  async run(): Promise<{ on: boolean; maintenance: Maintenance | null }> {
    await this.parse(MaintenanceStatus);
    const { config } = await this.settings();
    const nowMs = systemClock.nowMs();
    const maintenance = maintenanceAt(pathsOf(config).maintenance, systemClock) ?? null;
    this.log(maintenance === null ? chalk.green('off') : chalk.yellow(maintenanceText(maintenance, nowMs)));
    return { on: maintenance !== null, maintenance };
  }
}
