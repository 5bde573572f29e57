import { KlorosCommand } from '../../lib/cli/base-command.js';
import { dashboardOf } from '../../lib/metrics/dashboard.js';

/** Writes a dashboard. */
export default class ExporterDashboard extends KlorosCommand {
  static override summary = 'Print a dashboard for Grafana, with the limits of kloros health drawn in';
  static override description =
    'Import it in Grafana (Dashboards, New, Import), or print it into a folder that Grafana provisions.';
  static override examples = [
    '<%= config.bin %> exporter dashboard',
    '<%= config.bin %> exporter dashboard > kloros-dashboard.json',
  ];

  async run(): Promise<object> {
    await this.parse(ExporterDashboard);
    const { config } = await this.settings();
    const dashboard = dashboardOf(config.health);
    this.log(JSON.stringify(dashboard, null, 2));
    return dashboard;
  }
}
