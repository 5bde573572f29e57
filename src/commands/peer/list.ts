import { KlorosCommand } from '../../lib/cli/base-command.js';
import { peersTable, type NamedPeer } from '../../lib/cli/peer-text.js';
import { readPeers } from '../../lib/bus/peers.js';
import { pathsOf } from '../../lib/config/paths.js';

/** Lists peers with keys. */
export default class PeerList extends KlorosCommand {
  static override summary = 'List peers with keys of their own, and what each may cause';
  static override description = `Programs without keys come in by the TCP ports of the bus (bus.anonymous) and by its Unix sockets (bus.local).`;
  static override examples = ['<%= config.bin %> peer list', '<%= config.bin %> peer list --json'];

  async run(): Promise<NamedPeer[]> {
    await this.parse(PeerList);
    const { config } = await this.settings();
    const { anonymous, local, transport } = config.bus;
    const known = readPeers(pathsOf(config).peers)?.peers ?? new Map<string, never>();
    const rows = [...known].map(([name, peer]) => ({ name, ...peer }));
    this.log(rows.length === 0 ? 'No peer has keys' : peersTable(rows));
    if (transport !== 'unix') this.log(`Without a key, at the TCP ports: peer:anonymous may ${anonymous}`);
    if (transport !== 'tcp') this.log(`Without a key, at the Unix sockets: peer:local may ${local}`);
    return rows;
  }
}
