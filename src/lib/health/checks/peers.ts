import { KlorosError } from '../../base/errors.js';
import { peerEndpoints, peerSocketLabel, readPeers, type Peer } from '../../bus/peers.js';
import { readWireCounts, type SocketCounts } from '../../bus/wire-counts.js';
import { pathsOf } from '../../config/paths.js';
import { result, type CheckResult, type HealthCheck, type HealthView } from '../check.js';

/** A peer with keys is expected: one that subscribed and is gone misses what is published. */
export const peers: HealthCheck = {
  name: 'peers',
  asks: 'whether each peer with keys that subscribed is still connected',
  run: async (view) => {
    try {
      const known = readPeers(pathsOf(view.config).peers)?.peers;
      if (known === undefined || known.size === 0)
        return result('OK', { why: 'there are none', figures: [], next: [] });
      return connectionsOf(known, await livingSockets(view));
    } catch (error) {
      if (!(error instanceof KlorosError) || error.code !== 'INVALID_PEERS') throw error;
      return result('CRITICAL', { why: `${error.message}: ${error.why ?? ''}`, figures: [], next: error.next });
    }
  },
};

function connectionsOf(known: ReadonlyMap<string, Peer>, sockets: readonly SocketCounts[]): CheckResult {
  const peers = [...known].map(([name, peer]) => ({ name, socket: subscribedTo(name, peer, sockets) }));
  const gone = peers.filter(({ socket }) => socket !== undefined && socket.greeted > 0 && socket.connections === 0);
  const connected = peers.filter(({ socket }) => (socket?.connections ?? 0) > 0);
  const sum = `${connected.length} of ${peers.length} ${peers.length === 1 ? 'is' : 'are'} subscribed`;
  return result(gone.length > 0 ? 'WARNING' : 'OK', {
    why: gone.length === 0 ? sum : `${gone.map(({ name }) => `${name} was disconnected`).join(', ')}; ${sum}`,
    figures: peers.map(({ name, socket }) => {
      return { name: 'connections', value: socket?.connections ?? 0, unit: '', labels: { peer: name } };
    }),
    next: gone.map(({ name }) => `kloros peer show ${name}`),
  });
}

/** Of a peer that was removed and added again, the socket that is bound now. */
function subscribedTo(name: string, peer: Peer, sockets: readonly SocketCounts[]): SocketCounts | undefined {
  const label = peerSocketLabel(name, peerEndpoints(peer).subscribe);
  return sockets.findLast((socket) => socket.label === label);
}

/** What a process that has ended counted says of nobody's connection. */
async function livingSockets({ config, observer }: HealthView): Promise<SocketCounts[]> {
  const living = new Set(
    observer()
      .attendants()
      .map(({ pid }) => pid),
  );
  const counts = await readWireCounts(pathsOf(config).wire);
  return counts.filter(({ pid }) => living.has(pid)).flatMap(({ sockets }) => sockets);
}
