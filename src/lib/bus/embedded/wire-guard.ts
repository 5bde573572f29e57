import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { writeFileSafely } from '../../base/atomic-file.js';
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/log.js';
import { trimMemory } from '../../base/trim-memory.js';
import { FREED_MS } from './guarded-socket.js';
import { troublesOf, wireCountsPath, type SocketCounts, type WireCounts } from '../wire-counts.js';

/** A socket as far as its guard goes. */
interface Guarded {
  counts: SocketCounts;
  renew(): Promise<void>;
  tick(): void;
}

/** What the guard of a process needs. */
export interface WireGuardOptions {
  daemon: string;
  /** Where the counts of its sockets are kept for others to read. */
  folder: string;
  clock: Clock;
  log: Logger;
}

/** What a peer does to memory shows so soon; a fast one on this machine sends some 250 MB meanwhile. */
const LOOK_EVERY_MS = 250;
const LOOKS_PER_SECOND = 4;
/** Memory outside of JavaScript's, beyond what there was at first. */
const MOST_GROWTH_BYTES = 128 * 1024 * 1024;
/** Renewing sockets frees at least so much of the growth, or the growth is not theirs. */
const THEIR_SHARE = 0.25;
const LOOKS_UNTIL_FREED = 10;

/**
 * Watches the sockets that a process binds. What a peer has begun and not finished (a message of endless frames) shows
 * nowhere but in the memory of the process: when that grows beyond its bound, the sockets are renewed, first those that
 * receive, which frees it.
 */
export class WireGuard {
  readonly #options: WireGuardOptions;
  readonly #receiving: Guarded[] = [];
  readonly #publishing: Guarded[] = [];
  readonly #everySecond: (() => void)[] = [];
  readonly #timer: NodeJS.Timeout;
  #baseBytes: number | undefined;
  #looks = 0;
  #isRelieving = false;
  #renewed = 0;
  #written = '';
  #troubles = 0;
  #troubleAtMs: number | null = null;

  constructor(options: WireGuardOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  /** Watches a socket by which others send. */
  watchReceiving(socket: Guarded): void {
    this.#receiving.push(socket);
  }

  /** Watches a socket by which others are sent to; `everySecond` looks after its subscribers. */
  watchPublishing(socket: Guarded, everySecond: () => void): void {
    this.#publishing.push(socket);
    this.#everySecond.push(everySecond);
  }

  /** Writes what was counted and stops. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#write();
  }

  #look(): void {
    this.#looks += 1;
    const sockets = [...this.#receiving, ...this.#publishing];
    for (const socket of sockets) socket.tick();
    if (this.#looks % LOOKS_PER_SECOND === 0) {
      for (const each of this.#everySecond) each();
      void this.#write();
    }
    this.#baseBytes ??= nativeBytes();
    if (nativeBytes() - this.#baseBytes > MOST_GROWTH_BYTES && !this.#isRelieving)
      void this.#relieve(this.#baseBytes).finally(() => {
        this.#isRelieving = false;
        this.#renewed = this.#renewals();
      });
  }

  async #relieve(baseBytes: number): Promise<void> {
    this.#isRelieving = true;
    // One that was renewed for what it knew itself needs only time.
    if (this.#renewals() > this.#renewed && (await isFreed(baseBytes))) return;
    const grown = nativeBytes() - baseBytes;
    this.#options.log.warn(
      { bytes: grown },
      'Memory has grown as by peers that send what does not end; the sockets are bound again, which ends their connections',
    );
    for (const sockets of [this.#receiving, this.#publishing]) {
      await Promise.all(sockets.map((socket) => socket.renew()));
      if (await isFreed(baseBytes)) return;
    }
    const left = nativeBytes() - baseBytes;
    if (grown - left < grown * THEIR_SHARE) this.#baseBytes = baseBytes + left;
  }

  #renewals(): number {
    return [...this.#receiving, ...this.#publishing].reduce((sum, { counts }) => sum + counts.renewed, 0);
  }

  async #write(): Promise<void> {
    const { daemon, folder, clock, log } = this.#options;
    const sockets = [...this.#receiving, ...this.#publishing].map(({ counts }) => counts);
    const troubles = sockets.reduce((sum, counts) => sum + troublesOf(counts), 0);
    if (troubles > this.#troubles) this.#troubleAtMs = clock.nowMs();
    this.#troubles = troubles;
    const counts: WireCounts = { daemon, pid: process.pid, sockets, troubleAtMs: this.#troubleAtMs };
    const text = JSON.stringify(counts);
    const path = wireCountsPath(folder, daemon);
    if (sockets.length === 0 || (text === this.#written && existsSync(path))) return;
    this.#written = text;
    await writeFileSafely(path, text).catch((error: unknown) => log.debug({ err: error }, `${path} cannot be written`));
  }
}

/** ZeroMQ's own threads free what a closed socket held, which takes the longer the more it is. */
async function isFreed(baseBytes: number): Promise<boolean> {
  for (let look = 0; look < LOOKS_UNTIL_FREED; look += 1) {
    await sleep(FREED_MS);
    await trimMemory();
    if (nativeBytes() - baseBytes < MOST_GROWTH_BYTES / 2) return true;
  }
  return false;
}

/** What the process holds outside of JavaScript's memory. */
function nativeBytes(): number {
  const { rss, heapTotal, external } = process.memoryUsage();
  return rss - heapTotal - external;
}
