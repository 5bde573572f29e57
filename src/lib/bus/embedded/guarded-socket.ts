import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Readable, Socket } from 'zeromq';
import { connectionsTo, cutConnections } from '../../base/cut-connections.js';
import type { Logger } from '../../base/log.js';
import { noCounts, type SocketCounts } from '../wire-counts.js';
import { bindOrExplain, portOf } from './bind-endpoint.js';

/** A socket, and where it is. */
export interface GuardedSocketOptions<S> {
  endpoint: string;
  /** What people call it, e.g. `7777`. */
  label: string;
  attach: 'bind' | 'connect';
  /** Makes the socket, at first and whenever it is renewed. */
  make: () => S;
  log?: Logger | undefined;
  /** Connections beyond which the newest are cut. */
  mostConnections?: number;
}

const UNIX = 'ipc://';
/** After so long a socket that was closed has freed what it held. */
export const FREED_MS = 100;
/** Less what the umask takes: a shared home's group may connect where it may write. */
const FOLDER_MODE = 0o770;
/** Each costs a descriptor and about 60 kB. */
const MOST_CONNECTIONS = 512;

/** Throws what an operation on a socket failed with, but not that the socket was closed in the middle of it (ENOTSOCK, EAGAIN). */
export function unlessClosed(socket: Pick<Socket, 'closed'>): (error: unknown) => void {
  return (error) => {
    if (!socket.closed) throw error;
  };
}

/**
 * A socket that can be replaced by a new one while it is used. ZeroMQ neither bounds nor shows what a peer piles up in
 * it (subscriptions, frames of a message that does not end, queues); closing it frees all, and peers reconnect and
 * subscribe again by themselves. A bound one has a limited number of connections.
 */
export class GuardedSocket<S extends Socket & Readable> {
  readonly counts: SocketCounts;
  readonly #options: GuardedSocketOptions<S>;
  #socket: S;
  #renewal: Promise<void> | undefined;
  #isCutting = false;
  #isAttached = false;
  #isClosed = false;

  constructor(options: GuardedSocketOptions<S>) {
    this.#options = options;
    this.counts = noCounts(options.label);
    this.#socket = this.#made();
  }

  get label(): string {
    return this.#options.label;
  }

  /** The socket of this moment; do not keep it. */
  get socket(): S {
    return this.#socket;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Undefined unless the socket is being renewed; while it is, nothing can be sent. */
  get renewal(): Promise<void> | undefined {
    return this.#renewal;
  }

  /** Binds or connects. Throws KlorosError PORT_TAKEN. */
  async open(): Promise<void> {
    try {
      await this.#attach();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Everything that is received, over renewals, until it is closed. */
  async *messages(): AsyncGenerator<Buffer[]> {
    while (!this.#isClosed) {
      const socket = this.#socket;
      try {
        for await (const frames of socket) yield frames;
      } catch (error) {
        unlessClosed(socket)(error);
      }
      await this.#renewal;
    }
  }

  /** Replaces the socket by a new one; all connections end. */
  renew(): Promise<void> {
    if (this.#isClosed) return Promise.resolve();
    this.#renewal ??= this.#replace().finally(() => (this.#renewal = undefined));
    return this.#renewal;
  }

  /** Holds the number of connections down, and binds what could not be bound again, or whose file was removed. */
  tick(): void {
    if (this.#isClosed || this.#renewal) return;
    const { mostConnections = MOST_CONNECTIONS } = this.#options;
    if (!this.#isAttached || !this.#hasFile()) void this.renew();
    else if (this.counts.connections > mostConnections && !this.#isCutting) void this.#cutNewest(mostConnections);
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.close();
  }

  /** The file of a Unix socket that is bound here. */
  get #file(): string | undefined {
    const { attach, endpoint } = this.#options;
    return attach === 'bind' && endpoint.startsWith(UNIX) ? endpoint.slice(UNIX.length) : undefined;
  }

  #hasFile(): boolean {
    return this.#file === undefined || existsSync(this.#file);
  }

  async #replace(): Promise<void> {
    const { endpoint, log, label } = this.#options;
    const old = this.#socket;
    this.counts.renewed += 1;
    this.counts.connections = 0;
    // unbind() locks a socket until it is done, and whoever receives from it then fails; this does the same at once.
    if (this.#isAttached) old.disconnect(endpoint);
    this.#isAttached = false;
    this.#socket = this.#made();
    old.close();
    // On closing, ZeroMQ's own thread removes whatever has the name of its file, and tells nobody.
    if (this.#file !== undefined) await sleep(FREED_MS);
    try {
      await this.#attach();
    } catch (error) {
      log?.error({ err: error }, `${label} cannot be bound again; it is tried again`);
    }
  }

  async #attach(): Promise<void> {
    const { attach, endpoint } = this.#options;
    const socket = this.#socket;
    const bind = () => (socket.closed ? undefined : socket.bindSync(endpoint));
    if (this.#file !== undefined) mkdirSync(dirname(this.#file), { recursive: true, mode: FOLDER_MODE });
    if (attach === 'connect') socket.connect(endpoint);
    else await bindOrExplain(bind, endpoint);
    this.#isAttached = !socket.closed;
  }

  /** Those that have been there longer are more likely to be what a port is for. */
  async #cutNewest(mostConnections: number): Promise<void> {
    const { endpoint, log, label } = this.#options;
    this.#isCutting = true;
    const there = connectionsTo(portOf(endpoint));
    const excess = there.slice(mostConnections);
    const cut = await cutConnections(excess);
    this.counts.crowded += 1;
    this.counts.who = excess.at(-1)?.remote ?? null;
    log?.warn(
      { connections: this.counts.connections, cut },
      `${label} has more connections than ${mostConnections}; the newest are cut`,
    );
    if (cut === 0 && excess.length === 0 && there.length > 0) this.counts.connections = there.length;
    else if (cut === 0) await this.renew();
    this.#isCutting = false;
  }

  #made(): S {
    const socket = this.#options.make();
    if (this.#options.attach === 'bind') this.#count(socket);
    return socket;
  }

  #count(socket: S): void {
    const { counts } = this;
    socket.events.on('accept', () => {
      if (socket !== this.#socket) return;
      counts.accepted += 1;
      counts.connections += 1;
    });
    socket.events.on('handshake', () => void (counts.greeted += 1));
    socket.events.on('disconnect', () => {
      counts.disconnected += 1;
      if (socket === this.#socket) counts.connections = Math.max(0, counts.connections - 1);
    });
  }
}
