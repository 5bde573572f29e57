import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { replaceFile } from '../base/atomic-file.js';
import { closest } from '../base/closest.js';
import { cutText } from '../base/cut-text.js';
import { errorCode, KlorosError, toError } from '../base/errors.js';
import { globMatches } from '../base/glob.js';
import { LEVELS } from '../signals/origin.js';

/** Owner alone: the file holds the secret half of the server's keys. */
const MODE = 0o600;
const SHOWN = 80;
/** As z85 writes 32 bytes. */
const KEY = /^[0-9a-zA-Z.\-:+=^!/*?&<>()[\]{}@%$#]{40}$/;

const PEER_NAME = /^[a-z0-9][a-z0-9._-]{0,63}$/;
/** Names that doors without keys have. */
const TAKEN: ReadonlySet<string> = new Set(['anonymous', 'local']);

const key = z.string().regex(KEY, 'a CURVE key has 40 characters of Z85');

/** A program on this machine or another one, which has keys of its own and sockets of its own. */
const peerSchema = z.strictObject({
  level: z.enum(LEVELS),
  /** Names or globs that it may emit; all where it is empty. */
  names: z.array(z.string().min(1)),
  /** Signals a second; what is more waits in its socket. */
  rate: z.number().positive().nullable(),
  /** Address that its three sockets are bound to. */
  host: z.string().min(1),
  /** The first of its three ports: it publishes to this one, subscribes to the next, and asks at the one after. */
  port: z.number().int().min(1).max(65_533),
  publicKey: key,
  addedAt: z.string(),
});

const fileSchema = z.strictObject({
  server: z.strictObject({ publicKey: key, secretKey: key }),
  peers: z.record(z.string().regex(PEER_NAME), peerSchema),
});

/** What is known of one peer. */
export type Peer = z.output<typeof peerSchema>;

/** All peers by name, and the keys by which they know this colony. */
export interface Peers {
  server: { publicKey: string; secretKey: string };
  peers: ReadonlyMap<string, Peer>;
}

/** The peers of a home; undefined where none was ever added. Throws KlorosError INVALID_PEERS. */
export function readPeers(path: string): Peers | undefined {
  const text = textAt(path);
  if (text === undefined) return undefined;
  try {
    const { server, peers } = fileSchema.parse(JSON.parse(text));
    return { server, peers: new Map(Object.entries(peers)) };
  } catch (error) {
    throw new KlorosError({
      code: 'INVALID_PEERS',
      message: `${path} cannot be used`,
      why: error instanceof z.ZodError ? z.prettifyError(error) : toError(error).message,
      next: ['kloros peer add writes it; restore it from a backup, or remove it and add the peers again'],
      cause: error,
    });
  }
}

/** The peers of a home, for a view that shows them among others; none where their file cannot be used, which has checks of its own. */
export function usablePeers(path: string): ReadonlyMap<string, Peer> {
  try {
    return readPeers(path)?.peers ?? new Map<string, Peer>();
  } catch (error) {
    if (errorCode(error) === 'INVALID_PEERS') return new Map();
    throw error;
  }
}

/** Replaces the file; the hub sees it within a second. */
export async function writePeers(path: string, { server, peers }: Peers): Promise<void> {
  await replaceFile(path, `${JSON.stringify({ server, peers: Object.fromEntries(peers) }, null, 2)}\n`, MODE);
}

/** A name that a peer may have. Throws KlorosError INVALID_PEER_NAME. */
export function peerName(name: string): string {
  if (PEER_NAME.test(name) && !TAKEN.has(name)) return name;
  throw new KlorosError({
    code: 'INVALID_PEER_NAME',
    message: `${JSON.stringify(cutText(name, SHOWN))} cannot be the name of a peer`,
    why: TAKEN.has(name)
      ? 'programs without a key have that name'
      : 'a name is 1 to 64 of a-z, 0-9, `.`, `_` and `-`, and begins with a letter or digit',
    next: ['choose another name, such as sensor-1'],
  });
}

/** A peer by name, and the key by which it knows this colony. Throws KlorosError PEER_NOT_FOUND. */
export function findPeer(path: string, name: string): { peer: Peer; serverKey: string } {
  const known = readPeers(path);
  const peer = known?.peers.get(name);
  if (known !== undefined && peer !== undefined) return { peer, serverKey: known.server.publicKey };
  const near = closest(name, [...(known?.peers.keys() ?? [])]);
  throw new KlorosError({
    code: 'PEER_NOT_FOUND',
    message: `There is no peer ${cutText(name, SHOWN)}`,
    why: near === undefined ? 'none of the peers has such a name' : `did you mean ${near}?`,
    next: ['kloros peer list'],
  });
}

/** Where a peer publishes, subscribes and asks. */
export type PeerEndpoints = Record<'publish' | 'subscribe' | 'request', string>;

/** The three sockets of a peer. */
export function peerEndpoints({ host, port }: Pick<Peer, 'host' | 'port'>): PeerEndpoints {
  const at = (offset: number) => `tcp://${host}:${port + offset}`;
  return { publish: at(0), subscribe: at(1), request: at(2) };
}

/** What one of those sockets is called, in logs and in what is counted of it. */
export function peerSocketLabel(name: string, endpoint: string): string {
  return `${endpoint.slice(endpoint.lastIndexOf(':') + 1)} (${name})`;
}

/** Whether a peer may emit a name. */
export function peerTakes({ names }: Pick<Peer, 'names'>, signal: string): boolean {
  return names.length === 0 || names.some((glob) => globMatches(glob, signal));
}

function textAt(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
