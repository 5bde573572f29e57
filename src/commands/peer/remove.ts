import { Args, Flags } from '@oclif/core';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { confirmed } from '../../lib/cli/confirm.js';
import { ExitCode } from '../../lib/cli/exit-codes.js';
import { removePeer } from '../../lib/bus/change-peers.js';
import { findPeer } from '../../lib/bus/peers.js';
import { pathsOf } from '../../lib/config/paths.js';

/** Removes a peer. */
export default class PeerRemove extends KlorosCommand {
  static override summary = 'Remove a peer: its key is refused, and its ports are closed';
  static override description = 'What it emitted stays in the journal under its name.';
  static override examples = ['<%= config.bin %> peer remove sensor --dry-run'];
  static override args = { name: Args.string({ description: 'its name', required: true }) };
  static override flags = {
    'dry-run': Flags.boolean({ summary: 'Show what would be removed' }),
    yes: Flags.boolean({ summary: 'Skip the confirmation', char: 'y' }),
  };

  async run(): Promise<{ removed: string | null }> {
    const { args, flags } = await this.parse(PeerRemove);
    const { config } = await this.settings();
    const { peers: path } = pathsOf(config);
    const { peer } = findPeer(path, args.name);
    const what = `${args.name}, who may ${peer.level} at ${peer.host}:${peer.port}`;
    if (flags['dry-run']) {
      this.log(`Would remove ${what}`);
      return { removed: null };
    }
    if (!(await confirmed(`Remove ${what}?`, { yes: flags.yes, mode: this.mode, abort: this.interrupted }))) {
      this.note('Nothing was changed');
      this.status = ExitCode.failed;
      return { removed: null };
    }
    await removePeer(path, args.name);
    this.log(`Removed ${args.name}`);
    return { removed: args.name };
  }
}
