import { dirname } from 'node:path';
import { KlorosError } from '../base/errors.js';
import { withFileLock } from '../base/file-lock.js';
import { makeHome } from '../config/make-home.js';
import { newKeys } from './embedded/curve.js';
import { readPeers, writePeers, type Peer } from './peers.js';

/** A peer that was added, with what the other side needs and this one does not keep. */
export interface AddedPeer {
  name: string;
  peer: Peer;
  serverKey: string;
  /** Null where the peer has made its keys itself. */
  secretKey: string | null;
}

/** What the operator says of a peer; a key that is absent is made. */
export type PeerWish = Omit<Peer, 'publicKey'> & { publicKey?: string | undefined };

/** Adds a peer, or replaces one. Throws KlorosError PEER_EXISTS, PORT_OF_PEER and INVALID_PEERS. */
export async function addPeer(
  path: string,
  { name, wish, replace }: { name: string; wish: PeerWish; replace: boolean },
): Promise<AddedPeer> {
  makeHome(dirname(path));
  return withFileLock(path, async () => {
    const { server, peers } = readPeers(path) ?? { server: newKeys(), peers: new Map<string, Peer>() };
    if (peers.has(name) && !replace) throw exists(name);
    const other = [...peers].find(
      ([peer, { host, port }]) => peer !== name && host === wish.host && overlaps(port, wish.port),
    );
    if (other !== undefined) throw portOfPeer(wish.port, other[0]);
    const made = wish.publicKey === undefined ? newKeys() : undefined;
    const peer: Peer = { ...wish, publicKey: wish.publicKey ?? made?.publicKey ?? '' };
    await writePeers(path, { server, peers: new Map([...peers, [name, peer]]) });
    return { name, peer, serverKey: server.publicKey, secretKey: made?.secretKey ?? null };
  });
}

/** Removes a peer; false where there is none. Throws KlorosError INVALID_PEERS. */
export async function removePeer(path: string, name: string): Promise<boolean> {
  return withFileLock(path, async () => {
    const known = readPeers(path);
    if (known === undefined || !known.peers.has(name)) return false;
    await writePeers(path, { ...known, peers: new Map([...known.peers].filter(([peer]) => peer !== name)) });
    return true;
  });
}

/** Each has three in a row. */
function overlaps(a: number, b: number): boolean {
  return Math.abs(a - b) < 3;
}

function exists(name: string): KlorosError {
  return new KlorosError({
    code: 'PEER_EXISTS',
    message: `There is a peer ${name} already`,
    why: 'adding it again would give it new keys, and the old ones would be refused',
    next: [`kloros peer show ${name}`, 'replace it with new keys: add --replace'],
  });
}

function portOfPeer(port: number, name: string): KlorosError {
  return new KlorosError({
    code: 'PORT_OF_PEER',
    message: `Port ${port} cannot be used`,
    why: `peer ${name} has it, or one of the two behind it`,
    next: ['leave --port out, and free ports are found'],
  });
}
