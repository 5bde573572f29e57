import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/log.js';
import { NAME_REFUSED, paceOf, type Door } from './door.js';
import { receiveForeign, type Received } from './foreign.js';
import type { DoorRefusal, ForeignAnswer } from './operations.js';
import type { Journal } from './journal.js';
import { journalledAs } from './journalled.js';
import { WakeUp } from '../../base/wake-up.js';
import { bytesOf, ReceivingSocket } from './receiving-socket.js';
import type { SocketCounts } from '../wire-counts.js';
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
  /** Where publishers send: its own ports, and those of daemons that publish on a port of their own. */
  doors: readonly Door[];
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
const NOT_PUBLISHED = 'What the journal has cannot be published; it is tried again in a second';

/**
 * The hub (D4): 7777 says what the journal says, in order.
 *
 * It publishes the journal's rows from its own cursor, so a crash between append and send only delays. What arrives on
 * its door or on the daemons' own ports is a wake-up when its id is in the journal; else it is foreign: it is journalled
 * byte for byte, and so published byte for byte. A repetition is journalled once.
 */
export class Hub {
  readonly #options: HubOptions;
  readonly #sockets = new Set<ReceivingSocket>();
  readonly #publishers: Set<Publisher>;
  #cursor: number;
  #cursorSavedMs = 0;
  #pumping: Promise<void> | undefined;
  #again = false;
  readonly #recovery = new WakeUp();
  #foreign: Foreign[] = [];
  #foreignBytes = 0;
  #journalling: Promise<void> | undefined;
  #closed = false;

  constructor(options: HubOptions) {
    this.#options = options;
    this.#cursor = options.journal.read.meta('hub_cursor');
    this.#publishers = new Set([options.publisher]);
  }

  /** Binds the door and starts listening. Throws KlorosError PORT_TAKEN. */
  async open(): Promise<void> {
    for (const door of this.#options.doors) await this.openDoor(door);
    this.pump();
  }

  /** Receives by one more door; what is answered closes it. Throws KlorosError PORT_TAKEN. */
  async openDoor(door: Door): Promise<() => void> {
    const socket = new ReceivingSocket({ ...door, log: this.#options.log });
    await socket.open();
    this.#sockets.add(socket);
    this.#options.guard.watchReceiving(socket.guarded);
    void this.#listen(socket, door);
    return () => {
      this.#sockets.delete(socket);
      socket.close();
    };
  }

  /** Publishes to one more socket from now on; what is answered ends that. */
  publishTo(publisher: Publisher): () => void {
    this.#publishers.add(publisher);
    return () => void this.#publishers.delete(publisher);
  }

  /** Publishes what the journal has beyond the cursor. */
  pump(): void {
    this.#again = true;
    this.#pumping ??= this.#publishAll()
      .catch((error: unknown) => this.#options.log.error({ err: error }, NOT_PUBLISHED))
      .finally(() => (this.#pumping = undefined));
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
      await Promise.all([...this.#publishers].map((publisher) => publisher.send(page)));
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

  async #listen(socket: ReceivingSocket, door: Door): Promise<void> {
    const pace = paceOf(door, this.#options.clock);
    for await (const frames of socket.messages()) {
      await pace();
      if (this.#isJournalled(frames)) this.pump();
      else this.#takeForeign({ frames, door, counts: socket.guarded.counts });
      while (this.#isFull() && !this.#closed) await this.#journalling;
    }
  }

  /** A journal that cannot be read now says so where the message is written into it, which waits for that. */
  #isJournalled(frames: Buffer[]): boolean {
    try {
      return journalledAs(this.#options.journal.read, frames) !== undefined;
    } catch {
      return false;
    }
  }

  #isFull(): boolean {
    return this.#foreign.length > MOST_FOREIGN || this.#foreignBytes > MOST_FOREIGN_BYTES;
  }

  #takeForeign(foreign: Foreign): void {
    this.#foreign.push(foreign);
    this.#foreignBytes += bytesOf(foreign.frames);
    this.#journalling ??= this.#journalForeign().finally(() => (this.#journalling = undefined));
  }

  async #journalForeign(): Promise<void> {
    const { clock, log, name } = this.#options;
    while (this.#foreign.length > 0 && !this.#closed) {
      const batch = batchOf(this.#foreign);
      const nowMs = clock.nowMs();
      const read = batch.map((foreign) => readAtDoor(foreign, nowMs, name));
      try {
        const answers = await this.#writeForeign(read, nowMs);
        countAtDoors(batch, read, answers);
        this.#foreign.splice(0, batch.length);
        for (const { frames } of batch) this.#foreignBytes -= bytesOf(frames);
      } catch (error) {
        log.error({ err: error, waiting: this.#foreign.length }, 'Foreign signals wait: the journal cannot be written');
        await this.#recovery.rest(RETRY_MS);
      }
      this.pump();
    }
  }

  /** Answers as which signals the rows stand in the journal. */
  async #writeForeign(read: readonly ReadForeign[], nowMs: number): Promise<ForeignAnswer[]> {
    const { journal, log, name } = this.#options;
    const rows = read.flatMap((one) => ('row' in one ? [one.row] : []));
    const deadLetters = read.flatMap((one) => ('deadLetter' in one ? [one.deadLetter] : []));
    const refusals = read.flatMap((one) => ('refusal' in one ? [one.refusal] : []));
    const answers = await journal.write({ kind: 'appendForeign', rows, nowMs });
    if (refusals.length > 0) await journal.write({ kind: 'refuse', refusals, nowMs });
    if (deadLetters.length > 0)
      await journal.write({ kind: 'say', daemon: name, rows: [], deadLetters, state: [], nowMs });
    for (const { error } of deadLetters)
      log.warn({ error }, 'A message on the bus cannot be read; it is in the dead letter queue');
    return answers;
  }
}

/** A message, and the door by which it came. */
interface Foreign {
  frames: Buffer[];
  door: Door;
  /** Of the socket by which it came. */
  counts: SocketCounts;
}

type ReadForeign = Received | { refusal: DoorRefusal };

function readAtDoor({ frames, door }: Foreign, nowMs: number, daemon: string): ReadForeign {
  const { from, takes, maxBytes } = door;
  const received = receiveForeign(frames, { nowMs, from }, { daemon, maxBytes });
  if (!('row' in received) || takes === undefined || takes(received.row.row.name)) return received;
  const { name } = received.row.row;
  return { refusal: { name, from, reason: NAME_REFUSED, count: 1, sample: null } };
}

/** Counts what was too large, and what had come before; the answers are those of the rows, in their order. */
function countAtDoors(
  batch: readonly Foreign[],
  read: readonly ReadForeign[],
  answers: readonly ForeignAnswer[],
): void {
  const left = [...answers];
  for (const [index, { frames, door, counts }] of batch.entries()) {
    if (bytesOf(frames) > door.maxBytes) counts.dropped += 1;
    const one = read[index];
    if (one !== undefined && 'row' in one && left.shift()?.duplicate === true) counts.repeated += 1;
  }
}

/** As many of the first messages as are read and written at once; at least one. */
function batchOf(foreign: readonly Foreign[]): Foreign[] {
  let bytes = 0;
  const end = foreign.findIndex(({ frames }) => (bytes += bytesOf(frames)) > FOREIGN_BYTES_PER_WRITE);
  return foreign.slice(0, Math.min(FOREIGN_PER_WRITE, end === -1 ? foreign.length : Math.max(1, end)));
}
