import type { Clock } from '../../base/clock.js';
import { toError } from '../../base/errors.js';
import type { Logger } from '../../base/log.js';
import { peer as entranceOf } from '../../signals/origin.js';
import { peerEndpoints, peerSocketLabel, peerTakes, readPeers, type Peer, type Peers } from '../peers.js';
import { curveOptions, KeyGate } from './curve.js';
import type { Door } from './door.js';
import type { Hub } from './hub.js';
import type { Journal } from './journal.js';
import { RouterDoor } from './router-door.js';
import type { WireGuard } from './wire-guard.js';
import { Publisher } from './wire.js';

/** What doors of peers are made of. */
export interface PeerDoorsOptions {
  hub: Pick<Hub, 'openDoor' | 'publishTo'>;
  journal: Pick<Journal, 'read' | 'write' | 'demandPlace'>;
  clock: Clock;
  log: Logger;
  guard: WireGuard;
  /** The file that `kloros peer` writes. */
  path: string;
  /** Bytes of the largest message that is taken. */
  maxBytes: number;
}

interface Opened {
  /** As it was opened; another text is another peer. */
  as: string;
  close(): Promise<void>;
}

/**
 * The three sockets of each peer with keys: a socket does not show who sent a message, so each identity has sockets of
 * its own, which admit its one key. The file is looked at again and again, and what changed is opened or closed.
 */
export class PeerDoors {
  readonly #options: PeerDoorsOptions;
  readonly #open = new Map<string, Opened>();
  #gate: KeyGate | undefined;
  #refreshing: Promise<void> | undefined;
  #trouble = '';

  constructor(options: PeerDoorsOptions) {
    this.#options = options;
  }

  /** Opens and closes what the file says; what cannot be used changes nothing, and is told of once. */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refresh().finally(() => (this.#refreshing = undefined));
    return this.#refreshing;
  }

  async close(): Promise<void> {
    await this.#refreshing;
    for (const name of [...this.#open.keys()]) await this.#close(name);
    this.#gate?.close();
  }

  async #refresh(): Promise<void> {
    try {
      const { server, peers } = readPeers(this.#options.path) ?? { server: undefined, peers: new Map<string, Peer>() };
      for (const [name, { as }] of [...this.#open]) if (as !== textOf(peers.get(name), server)) await this.#close(name);
      for (const [name, peer] of peers)
        if (server !== undefined && !this.#open.has(name)) await this.#openPeer(name, peer, server);
      this.#trouble = '';
    } catch (error) {
      this.#tell(error);
    }
  }

  async #openPeer(name: string, peer: Peer, server: Peers['server']): Promise<void> {
    const { hub, log } = this.#options;
    await this.#admit(name, peer);
    const { guard, journal, clock, maxBytes } = this.#options;
    const [xsub, xpub, router] = doorsOf(name, peer, { server, maxBytes });
    const closers: (() => unknown)[] = [];
    const close = async () => {
      for (const one of closers.reverse()) await one();
    };
    try {
      closers.push(await hub.openDoor(xsub));
      const publisher = await Publisher.bound({ ...xpub, log, guard });
      closers.push(() => publisher.close(), hub.publishTo(publisher));
      const answering = new RouterDoor({ door: router, journal, clock, log, guard });
      await answering.open();
      closers.push(() => answering.close());
    } catch (error) {
      await close();
      throw error;
    }
    this.#open.set(name, { as: textOf(peer, server), close });
    log.info({ peer: name, level: peer.level, host: peer.host, port: peer.port }, `Doors of peer ${name} are open`);
  }

  /** Without a gate ZeroMQ admits every key, so it is there before the first socket. */
  async #admit(name: string, { publicKey }: Peer): Promise<void> {
    if (this.#gate === undefined) {
      const gate = new KeyGate(this.#options.log);
      await gate.open();
      this.#gate = gate;
    }
    this.#gate.admit(name, publicKey);
  }

  async #close(name: string): Promise<void> {
    const opened = this.#open.get(name);
    this.#open.delete(name);
    this.#gate?.dismiss(name);
    await opened?.close();
    this.#options.log.info({ peer: name }, `Doors of peer ${name} are closed`);
  }

  #tell(error: unknown): void {
    const trouble = toError(error).message;
    if (trouble !== this.#trouble) this.#options.log.error({ err: error }, 'Doors of peers cannot be opened');
    this.#trouble = trouble;
  }
}

function textOf(peer: Peer | undefined, server: Peers['server'] | undefined): string {
  return JSON.stringify([peer, server]);
}

function doorsOf(
  name: string,
  peer: Peer,
  { server, maxBytes }: { server: Peers['server']; maxBytes: number },
): [Door, Door, Door] {
  const { level, rate } = peer;
  const from = entranceOf(name, level);
  const at = (endpoint: string): Door => ({
    ...{ endpoint, label: peerSocketLabel(name, endpoint), attach: 'bind' },
    ...{ from, rate, maxBytes, takes: (signal: string) => peerTakes(peer, signal) },
    curve: curveOptions(server, name),
  });
  const { publish, subscribe, request } = peerEndpoints(peer);
  return [at(publish), at(subscribe), at(request)];
}
