import { Args } from '@oclif/core';
import { KlorosCommand } from '../../lib/cli/base-command.js';
import { peerPage, type NamedPeer } from '../../lib/cli/peer-text.js';
import { findPeer } from '../../lib/bus/peers.js';
import { pathsOf } from '../../lib/config/paths.js';

/** Shows one peer. */
export default class PeerShow extends KlorosCommand {
  static override summary = 'Show the level, names, endpoints and keys of one peer';
  static override description = 'Its secret key was printed when it was added, and is kept nowhere.';
  static override examples = ['<%= config.bin %> peer show sensor'];
  static override args = { name: Args.string({ description: 'its name', required: true }) };

  async run(): Promise<NamedPeer & { serverKey: string }> {
    const { args } = await this.parse(PeerShow);
    const { config } = await this.settings();
    const { peer, serverKey } = findPeer(pathsOf(config).peers, args.name);
    const named = { name: args.name, ...peer };
    this.log(peerPage(named, serverKey));
    return { ...named, serverKey };
  }
}
