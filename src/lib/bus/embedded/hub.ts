import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/log.js';
import type { Entrance } from '../../signals/origin.js';
import { labelOf } from './bind-endpoint.js';
import { receiveForeign } from './foreign.js';
import type { Journal } from './journal.js';
import { journalledAs } from './journalled.js';
import { WakeUp } from '../../base/wake-up.js';
import { bytesOf, ReceivingSocket } from './receiving-socket.js';
import type { WireGuard } from './wire-guard.js';
import type { Publisher } from './wire.js';

/** What the hub is made of. */
export interface HubOptions {
  name: string;
  journal: Journal;
  /** Bound to the port that subscribers connect to. */
  publisher: Publisher;
  clock: Clock;
  log: Logger;
  /** Who comes in by its doors. */
  from: Entrance;
  /** Where publishers connect. */
  xsub: string;
  /** Ports of daemons that say things on a port of their own. */
  ownPorts: readonly string[];
  /** Watches what peers do to this process. */
  guard: WireGuard;
}

const CURSOR_EVERY_MS = 100;
const FOREIGN_PER_WRITE = 500;
/** Read in one turn of the event loop, which stands still meanwhile. */
const FOREIGN_BYTES_PER_WRITE = 1024 * 1024;
/** Foreign messages held in memory while the journal cannot be written; beyond either the sockets hold them back. */
const MOST_FOREIGN = 20_000;
const MOST_FOREIGN_BYTES = 32 * 1024 * 1024;
const RETRY_MS = 1_000;

/**
 * The hub (D4): 7777 says what the journal says, in order.
 *
 * It publishes the journal's rows from its own cursor, so a crash between append and send only delays. What arrives on
 * its door or on the daemons' own ports is a wake-up when its id is in the journal; else it is foreign: it is journalled
 * byte for byte, and so published byte for byte. A repetition is journalled once.
 */
export class Hub {
  readonly #options: HubOptions;
  readonly #sockets: readonly ReceivingSocket[];
  #cursor: number;
  #cursorSavedMs = 0;
  #pumping: Promise<void> | undefined;
  #again = false;
  readonly #recovery = new WakeUp();
  #foreign: Buffer[][] = [];
  #foreignBytes = 0;
  #journalling: Promise<void> | undefined;
  #closed = false;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#cursor = options.journal.read.meta('hub_cursor');
    const { xsub, ownPorts, log } = options;
    this.#sockets = [
      new ReceivingSocket({ endpoint: xsub, label: labelOf(xsub), attach: 'bind', log }),
      ...ownPorts.map(
        (endpoint) => new ReceivingSocket({ endpoint, label: labelOf(endpoint), attach: 'connect', log }),
      ),
    ];
  }

  /** Binds the door and starts listening. Throws KlorosError PORT_TAKEN. */
  async open(): Promise<void> {
    for (const socket of this.#sockets) {
      await socket.open();
      this.#options.guard.watchReceiving(socket.guarded);
      void this.#listen(socket);
    }
    this.pump();
  }

  /** Publishes what the journal has beyond the cursor. */
  pump(): void {
    this.#again = true;
    this.#pumping ??= this.#publishAll().finally(() => (this.#pumping = undefined));
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.close();
    await Promise.race([this.#journalling, this.#recovery.rest(RETRY_MS)]);
    this.#closed = true;
    this.#recovery.call();
    await this.#journalling;
    await this.#pumping;
    await this.#saveCursor();
  }

  async #publishAll(): Promise<void> {
    while (this.#again && !this.#closed) {
      this.#again = false;
      const page = this.#options.journal.read.page({ afterSeq: this.#cursor });
      if (page.length === 0) continue;
      await this.#options.publisher.send(page);
      this.#cursor = page.at(-1)?.seq ?? this.#cursor;
      this.#again = true;
      await this.#saveCursorNowAndThen();
    }
  }

  async #saveCursorNowAndThen(): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#cursorSavedMs < CURSOR_EVERY_MS) return;
    this.#cursorSavedMs = nowMs;
    await this.#saveCursor();
  }

  async #saveCursor(): Promise<void> {
    try {
      await this.#options.journal.write({ kind: 'mark', key: 'hub_cursor', value: this.#cursor });
    } catch (error) {
      this.#options.log.warn(
        { err: error },
        'The place of the hub in the journal was not saved; after a restart it says some signals again',
      );
    }
  }

  async #listen(socket: ReceivingSocket): Promise<void> {
    for await (const frames of socket.messages()) {
      if (journalledAs(this.#options.journal.read, frames) !== undefined) this.pump();
      else this.#takeForeign(frames);
      while (this.#isFull() && !this.#closed) await this.#journalling;
    }
  }

  #isFull(): boolean {
    return this.#foreign.length > MOST_FOREIGN || this.#foreignBytes > MOST_FOREIGN_BYTES;
  }

  #takeForeign(frames: Buffer[]): void {
    this.#foreign.push(frames);
    this.#foreignBytes += bytesOf(frames);
    this.#journalling ??= this.#journalForeign().finally(() => (this.#journalling = undefined));
  }

  async #journalForeign(): Promise<void> {
    const { journal, clock, log, name, from } = this.#options;
    while (this.#foreign.length > 0 && !this.#closed) {
      const batch = batchOf(this.#foreign);
      const nowMs = clock.nowMs();
      const received = batch.map((frames) => receiveForeign(frames, { nowMs, from }, name));
      const rows = received.flatMap((one) => ('row' in one ? [one.row] : []));
      const deadLetters = received.flatMap((one) => ('deadLetter' in one ? [one.deadLetter] : []));
      try {
        await journal.write({ kind: 'appendForeign', rows, nowMs });
        if (deadLetters.length > 0)
          await journal.write({ kind: 'say', daemon: name, rows: [], deadLetters, state: [], nowMs });
        for (const { error } of deadLetters)
          log.warn({ error }, 'A message on the bus cannot be read; it is in the dead letter queue');
        this.#foreign.splice(0, batch.length);
        for (const frames of batch) this.#foreignBytes -= bytesOf(frames);
      } catch (error) {
        log.error({ err: error, waiting: this.#foreign.length }, 'Foreign signals wait: the journal cannot be written');
        await this.#recovery.rest(RETRY_MS);
      }
      this.pump();
    }
  }
}

/** As many of the first messages as are read and written at once; at least one. */
function batchOf(foreign: readonly Buffer[][]): Buffer[][] {
  let bytes = 0;
  const end = foreign.findIndex((frames) => (bytes += bytesOf(frames)) > FOREIGN_BYTES_PER_WRITE);
  return foreign.slice(0, Math.min(FOREIGN_PER_WRITE, end === -1 ? foreign.length : Math.max(1, end)));
}
