import { curveKeyPair, Router } from 'zeromq';
import type { Logger } from '../../base/log.js';
import type { Peers } from '../peers.js';
import { unlessClosed } from './guarded-socket.js';

/** ZeroMQ asks here whether a key is admitted; without anybody here every key is. */
const ZAP = 'inproc://zeromq.zap.01';
const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#';
const KEY_BYTES = 32;

/** Options of a socket to which only one peer connects. */
export interface CurveOptions {
  curveServer: true;
  curvePublicKey: string;
  curveSecretKey: string;
  zapDomain: string;
}

/** A new pair of keys, each 40 characters of Z85. */
export function newKeys(): Peers['server'] {
  return curveKeyPair();
}

/** Makes a bound socket the server of one peer. */
export function curveOptions({ publicKey, secretKey }: Peers['server'], peer: string): CurveOptions {
  return { curveServer: true, curvePublicKey: publicKey, curveSecretKey: secretKey, zapDomain: peer };
}

/**
 * Admits keys (RFC 27): each domain is a peer, and its one key is admitted there and nowhere else. It is bound before any
 * socket that needs it, and what it refuses is logged with the address.
 */
export class KeyGate {
  readonly #socket = new Router({ linger: 0 });
  readonly #log: Logger;
  readonly #keys = new Map<string, Buffer>();

  constructor(log: Logger) {
    this.#log = log;
  }

  /** Binds it; one process has one. */
  async open(): Promise<void> {
    await this.#socket.bind(ZAP);
    void this.#answerAll().catch(unlessClosed(this.#socket));
  }

  admit(peer: string, publicKey: string): void {
    this.#keys.set(peer, bytesOfKey(publicKey));
  }

  dismiss(peer: string): void {
    this.#keys.delete(peer);
  }

  close(): void {
    this.#socket.close();
  }

  async #answerAll(): Promise<void> {
    for await (const frames of this.#socket) {
      const empty = frames.findIndex((frame) => frame.length === 0);
      const [version = '1.0', request = '', domain, address, , mechanism, key] = frames.slice(empty + 1);
      const peer = String(domain ?? '');
      const isAdmitted =
        String(mechanism) === 'CURVE' && key !== undefined && this.#keys.get(peer)?.equals(key) === true;
      if (!isAdmitted)
        this.#log.warn({ peer, address: String(address ?? '') }, `A key that is not ${peer}'s was refused`);
      const answer = isAdmitted ? ['200', 'OK', peer, ''] : ['400', 'this key is not admitted here', '', ''];
      await this.#socket.send([...frames.slice(0, empty + 1), version, request, ...answer]);
    }
  }
}

/** Z85 (RFC 32): five characters are four bytes. */
function bytesOfKey(text: string): Buffer {
  const bytes = Buffer.alloc(KEY_BYTES);
  for (let index = 0; index < KEY_BYTES / 4; index += 1) {
    const five = Array.from({ length: 5 }, (_, place) => text.charAt(index * 5 + place));
    bytes.writeUInt32BE(
      five.reduce((sum, character) => sum * 85 + Math.max(0, ALPHABET.indexOf(character)), 0) >>> 0,
      index * 4,
    );
  }
  return bytes;
}
