import { engineVersions } from '../lib/bus/embedded/versions.js';
import { KlorosCommand } from '../lib/cli/base-command.js';

/** Prints what a bug report needs. */
export default class Version extends KlorosCommand {
  static override summary = 'Versions of kloros and of what it stands on';
  static override description = 'Kloros, Node.js, the SQLite inside the journal, and ZeroMQ: what a bug report needs.';
  static override examples = ['<%= config.bin %> version', '<%= config.bin %> version --json'];

  async run(): Promise<Record<string, string>> {
    await this.parse(Version);
    const versions = { kloros: this.config.version, node: process.versions.node, ...engineVersions() };
    for (const [name, version] of Object.entries(versions)) this.log(`${name.padEnd(8)}${version}`);
    return versions;
  }
}
