import { KlorosCommand } from '../../lib/cli/base-command.js';
import { pathTables } from '../../lib/cli/config-tables.js';
import { pathsOf, type Paths } from '../../lib/config/paths.js';
import type { ConfigFile } from '../../lib/config/provenance.js';

/** Shows where the colony reads and writes. */
export default class ConfigPath extends KlorosCommand {
  static override summary = 'Where settings are read from, and where the colony keeps its files';
  static override description =
    'Files of settings are listed the strongest first. KLOROS_HOME or --home moves the colony.';
  static override examples = [
    '<%= config.bin %> config path',
    '<%= config.bin %> config path --home /tmp/colony --json',
  ];

  async run(): Promise<{ files: ConfigFile[]; paths: Paths }> {
    await this.parse(ConfigPath);
    const { config, files } = await this.settings();
    const paths = pathsOf(config);
    this.log(pathTables(files, { home: config.home, ...paths }));
    return { files, paths };
  }
}
