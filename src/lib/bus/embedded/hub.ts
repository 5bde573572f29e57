import { Subscriber } from 'zeromq';
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/log.js';
import type { Entrance } from '../../signals/origin.js';
import { receiveForeign } from './foreign.js';
import type { Journal } from './journal.js';
import { journalledAs } from './journalled.js';
import { WakeUp } from '../../base/wake-up.js';
import { bindOrExplain, type Publisher } from './wire.js';

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
}

const CURSOR_EVERY_MS = 100;
const LARGEST_MESSAGE_BYTES = 64 * 1024 * 1024;
const RECEIVE_HIGH_WATER_MARK = 100_000;
/** A daemon's port that nobody binds is asked for now and then, not ten times a second for ever. */
const LONGEST_RECONNECT_MS = 1_000;
const FOREIGN_PER_WRITE = 500;
/** Foreign messages held in memory while the journal cannot be written; beyond it the sockets hold them back. */
const MOST_FOREIGN = 20_000;
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
  readonly #door = new Subscriber({
    linger: 0,
    receiveHighWaterMark: RECEIVE_HIGH_WATER_MARK,
    maxMessageSize: LARGEST_MESSAGE_BYTES,
    reconnectMaxInterval: LONGEST_RECONNECT_MS,
  });
  #cursor: number;
  #cursorSavedMs = 0;
  #pumping: Promise<void> | undefined;
  #again = false;
  readonly #recovery = new WakeUp();
  #foreign: Buffer[][] = [];
  #journalling: Promise<void> | undefined;
  #closed = false;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#cursor = options.journal.read.meta('hub_cursor');
  }

  /** Binds the door and starts listening. Throws KlorosError PORT_TAKEN. */
  async open(): Promise<void> {
    await bindOrExplain(() => this.#door.bind(this.#options.xsub), this.#options.xsub);
    for (const port of this.#options.ownPorts) this.#door.connect(port);
    this.#door.subscribe('');
    void this.#listen();
    this.pump();
  }

  /** Publishes what the journal has beyond the cursor. */
  pump(): void {
    this.#again = true;
    this.#pumping ??= this.#publishAll().finally(() => (this.#pumping = undefined));
  }

  async close(): Promise<void> {
    this.#door.close();
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

  async #listen(): Promise<void> {
    for await (const frames of this.#door) {
      if (journalledAs(this.#options.journal.read, frames) !== undefined) this.pump();
      else this.#takeForeign(frames);
      if (this.#foreign.length > MOST_FOREIGN) await this.#journalling;
    }
  }

  #takeForeign(frames: Buffer[]): void {
    this.#foreign.push(frames);
    this.#journalling ??= this.#journalForeign().finally(() => (this.#journalling = undefined));
  }

  async #journalForeign(): Promise<void> {
    const { journal, clock, log, name, from } = this.#options;
    while (this.#foreign.length > 0 && !this.#closed) {
      const batch = this.#foreign.slice(0, FOREIGN_PER_WRITE);
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
      } catch (error) {
        log.error({ err: error, waiting: this.#foreign.length }, 'Foreign signals wait: the journal cannot be written');
        await this.#recovery.rest(RETRY_MS);
      }
      this.pump();
    }
  }
}
