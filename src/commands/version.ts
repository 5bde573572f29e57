import { toError } from '../lib/base/errors.js';
import { nativeTrouble } from '../lib/base/native-modules.js';
import { KlorosCommand } from '../lib/cli/base-command.js';

/** Prints what a bug report needs. */
export default class Version extends KlorosCommand {
  static override summary = 'Versions of kloros and of what it stands on';
  static override description = 'Kloros, Node.js, the SQLite inside the journal, and ZeroMQ: what a bug report needs.';
  static override examples = ['<%= config.bin %> version', '<%= config.bin %> version --json'];

  async run(): Promise<Record<string, string>> {
    await this.parse(Version);
    const versions = { kloros: this.config.version, node: process.versions.node, ...(await this.#engine()) };
    for (const [name, version] of Object.entries(versions)) this.log(`${name.padEnd(8)}${version}`);
    return versions;
  }

  /** A bug report is written where they cannot be loaded, too. */
  async #engine(): Promise<Record<string, string>> {
    try {
      return (await import('../lib/bus/embedded/versions.js')).engineVersions();
    } catch (error) {
      this.warn(nativeTrouble(error)?.message ?? toError(error).message);
      return { sqlite: 'cannot be loaded', zeromq: 'cannot be loaded' };
    }
  }
}
