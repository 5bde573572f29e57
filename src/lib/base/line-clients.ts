import type { Socket } from 'node:net';
import { after, type Timer } from './timers.js';
import { readLines } from './read-lines.js';

/** How the clients of a socket are answered. */
export interface LineClientsOptions {
  /** What is wrong with a line is part of the answer; where it rejects all the same, the client is cut off. */
  answer: (line: string) => Promise<string>;
  /** The longest that a client may take to ask, and to read its answer; default 5,000. */
  patienceMs?: number;
}

const PATIENCE_MS = 5_000;
const MOST_LINE_BYTES = 64 * 1024;
/** Clients that ask or read; a further one takes the place of the oldest. */
const MOST_CLIENTS = 256;
/** Questions that are being answered; who asks beyond it is cut off, and may ask again. */
const MOST_ANSWERING = 256;

/**
 * Clients of a socket, each of which says one line and gets one.
 *
 *   ASKING     its line is there ................... ANSWERING, it is not listened to any more
 *   ANSWERING  the answer is there ................. READING
 *   READING    it has read the answer .............. gone
 *   ASKING, READING  the time is over, or the place is needed for a new one, or it resets ... gone
 *
 * So one that stalls, never reads, sends nonsense or never ends its line costs a bounded memory for a bounded time.
 */
export class LineClients {
  readonly #options: LineClientsOptions;
  readonly #all = new Set<Socket>();
  /** Those who ask or read, the oldest first. */
  readonly #slow = new Map<Socket, Timer>();
  readonly #answering = new Set<Promise<void>>();

  constructor(options: LineClientsOptions) {
    this.#options = options;
  }

  /** A new client. */
  take(socket: Socket): void {
    this.#all.add(socket);
    socket.on('error', () => undefined); // It is closed next.
    socket.once('close', () => {
      this.#all.delete(socket);
      this.#release(socket);
    });
    this.#limit(socket);
    readLines(socket, MOST_LINE_BYTES, (line, isWhole) => this.#hear(socket, line, isWhole));
    socket.once('end', () => this.#slow.has(socket) && socket.destroy()); // It will ask nothing any more.
  }

  /** Ends all of them; whoever is being answered is answered first, since what made this end is often one of the questions. */
  async close(): Promise<void> {
    await Promise.all(this.#answering);
    for (const socket of this.#all) socket.destroy();
  }

  #hear(socket: Socket, line: string, isWhole: boolean): void {
    if (!this.#slow.has(socket)) return; // It has asked already, or is gone.
    this.#release(socket);
    if (!isWhole || this.#answering.size >= MOST_ANSWERING) return void socket.destroy();
    socket.pause();
    const answering = this.#answer(socket, line).finally(() => this.#answering.delete(answering));
    this.#answering.add(answering);
  }

  async #answer(socket: Socket, line: string): Promise<void> {
    const reply = await this.#options.answer(line).catch(() => undefined);
    if (reply === undefined || socket.destroyed) return void socket.destroy();
    this.#limit(socket);
    await new Promise<void>((resolve) => {
      socket.once('close', resolve);
      socket.end(`${reply}\n`, () => socket.destroy());
    });
  }

  #limit(socket: Socket): void {
    const [oldest] = this.#slow.keys();
    if (oldest !== undefined && this.#slow.size >= MOST_CLIENTS) this.#release(oldest.destroy());
    this.#slow.set(
      socket,
      after(this.#options.patienceMs ?? PATIENCE_MS, () => socket.destroy()),
    );
  }

  #release(socket: Socket): void {
    this.#slow.get(socket)?.clear();
    this.#slow.delete(socket);
  }
}
