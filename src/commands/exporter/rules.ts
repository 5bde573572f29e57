import { KlorosCommand } from '../../lib/cli/base-command.js';
import { rulesText } from '../../lib/metrics/rules.js';

/** Writes alert rules. */
export default class ExporterRules extends KlorosCommand {
  static override summary = 'Print alert rules for Prometheus, made of the limits of kloros health';
  static override description =
    'Print them into a file that rule_files of prometheus.yml names. A limit of zero makes no alert; see kloros config show health.';
  static override examples = [
    '<%= config.bin %> exporter rules',
    '<%= config.bin %> exporter rules > kloros.rules.yml',
  ];

  async run(): Promise<{ rules: string }> {
    await this.parse(ExporterRules);
    const { config } = await this.settings();
    const rules = rulesText(config.health);
    this.log(rules.trimEnd());
    return { rules };
  }
}
