import { Args } from '@oclif/core';
import { maskSecretsIn } from '../../lib/base/redact.js';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { originsBelow, originTable } from '../../lib/cli/config-tables.js';
import type { Origins } from '../../lib/config/provenance.js';

/** Shows what is set, and by whom. */
export default class ConfigShow extends KlorosCommand {
  static override summary = 'Every setting, its value, and where that came from';
  static override description =
    'A flag wins over the environment (KLOROS_<SECTION>_<KEY>), that over ./kloros.yaml, that over ' +
    '$KLOROS_HOME/config.yaml, that over /etc/kloros/config.yaml, and that over the default.';
  static override examples = ['<%= config.bin %> config show', '<%= config.bin %> config show monitor --json'];
  static override args = { key: Args.string({ description: 'a setting or a group of settings' }) };

  async run(): Promise<Origins> {
    const { args } = await this.parse(ConfigShow);
    const { origins } = await this.settings();
    const found = withoutSecrets(originsBelow(origins, args.key));
    this.log(originTable(found, process.stdout.columns));
    return found;
  }
}

/** A password in an address, or behind a flag of a command, is for the daemon that needs it alone. */
function withoutSecrets(origins: Origins): Origins {
  const shown = Object.entries(origins).map(([key, { value, from }]) => [key, { value: maskSecretsIn(value), from }]);
  return Object.fromEntries(shown) as Origins;
}
