import { setTimeout as sleep } from 'node:timers/promises';
import { Router } from 'zeromq';
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/log.js';
import { KlorosError, PermanentError, toError } from '../../base/errors.js';
import type { CurveOptions } from './curve.js';
import { NAME_REFUSED, paceOf, type Door } from './door.js';
import { askedRow } from './foreign.js';
import type { Journal } from './journal.js';
import { journalledAs } from './journalled.js';
import type { ForeignAnswer } from './operations.js';
import { requestOf, type Request } from './request.js';
import { GuardedSocket } from './guarded-socket.js';
import { HANDSHAKE_MS, LARGEST_FRAME_BYTES, RECEIVE_HIGH_WATER_MARK } from './receiving-socket.js';
import type { WireGuard } from './wire-guard.js';

/** What the door is made of. */
export interface RouterDoorOptions {
  door: Door;
  journal: Pick<Journal, 'read' | 'write' | 'demandPlace'>;
  clock: Clock;
  log: Logger;
  /** Watches what peers do to this process. */
  guard: WireGuard;
}

/** What a peer is answered, as one frame of JSON. */
export type DoorAnswer =
  | ({ status: 'accepted' } & ForeignAnswer)
  | { status: 'refused'; code: string; message: string; why: string; next: string[]; retry: boolean };

/** Requests that wait for the journal; beyond it they are refused, so that memory is bounded however many ask. */
const MOST_OPEN = 10_000;
const MOST_OPEN_BYTES = 64 * 1024 * 1024;
/** Answers that wait for a peer which does not read; beyond it they are dropped, and it may ask again. */
const MOST_UNREAD = 1_000;
const KEEP_ALIVE = { tcpKeepalive: 1, tcpKeepaliveIdle: 60, tcpKeepaliveInterval: 10, tcpKeepaliveCount: 3 };
const LAST_WORDS_MS = 500;

/**
 * The door for peers that want to know (D4): a REQ or DEALER sends the two frames of a message and is answered when the
 * journal has it, never before. Whoever gets no answer asks again, and the journal has it once.
 *
 * Nobody waits for a peer: a ROUTER drops what it cannot deliver, and each request is read at once, to be journalled or
 * refused. So those that are slow, gone or many cost a bounded memory and hold up nobody.
 */
export class RouterDoor {
  readonly #options: RouterDoorOptions;
  readonly #guarded: GuardedSocket<Router>;
  readonly #open = new Set<Promise<void>>();
  #openBytes = 0;
  #answering: Promise<void> = Promise.resolve();
  #closing = false;

  constructor(options: RouterDoorOptions) {
    this.#options = options;
    const { door, log } = options;
    this.#guarded = new GuardedSocket({ ...door, log, make: () => madeRouter(door.curve) });
  }

  /** Binds and begins to answer. Throws KlorosError PORT_TAKEN. */
  async open(): Promise<void> {
    await this.#guarded.open();
    this.#options.guard.watchReceiving(this.#guarded);
    void this.#listen();
  }

  /** Answers what the journal takes soon, refuses what still comes, and closes. */
  async close(): Promise<void> {
    this.#closing = true;
    await Promise.race([Promise.all(this.#open), sleep(LAST_WORDS_MS, undefined, { ref: false })]);
    await this.#answering;
    this.#guarded.close();
  }

  async #listen(): Promise<void> {
    const pace = paceOf(this.#options.door, this.#options.clock);
    for await (const frames of this.#guarded.messages()) {
      await pace();
      const request = requestOf(frames);
      const refusal = this.#whyNotNow(request);
      if (refusal === undefined) this.#take(request);
      else await this.#answer(request, refused(refusal));
    }
  }

  #take(request: Request): void {
    this.#openBytes += request.bytes;
    const taking = this.#journal(request)
      .then((answer) => this.#answer(request, answer))
      .finally(() => {
        this.#openBytes -= request.bytes;
        this.#open.delete(taking);
      });
    this.#open.add(taking);
  }

  async #journal({ content }: Request): Promise<DoorAnswer> {
    const { journal, clock, door } = this.#options;
    try {
      const known = journalledAs(journal.read, content);
      if (known !== undefined) {
        journal.demandPlace(); // What a file that is gone has already is not accepted either.
        this.#guarded.counts.repeated += 1;
        return { status: 'accepted', id: known, duplicate: true };
      }
      const nowMs = clock.nowMs();
      const rows = [askedRow(content, { nowMs, from: door.from })];
      await this.#refuseName(rows[0]?.row.name ?? '', nowMs);
      const [answer] = await journal.write({ kind: 'appendForeign', rows, nowMs });
      if (answer?.duplicate === true) this.#guarded.counts.repeated += 1;
      return { status: 'accepted', ...(answer as ForeignAnswer) };
    } catch (error) {
      this.#options.log.warn({ err: error }, 'A request was refused; its sender was told so');
      return refused(error);
    }
  }

  /** Throws NAME_NOT_ALLOWED for a name that this door does not take, which is on record then. */
  async #refuseName(name: string, nowMs: number): Promise<void> {
    const { door, journal } = this.#options;
    if (door.takes?.(name) ?? true) return;
    const refusal = { name, from: door.from, reason: NAME_REFUSED, count: 1, sample: null };
    await journal.write({ kind: 'refuse', refusals: [refusal], nowMs });
    throw nameNotAllowed(name, door.from.origin);
  }

  /** A socket takes one send at a time; it waits for no peer. */
  #answer({ route }: Request, answer: DoorAnswer): Promise<void> {
    const frames = [...route, JSON.stringify(answer)];
    this.#answering = this.#answering.then(() => this.#send(frames));
    return this.#answering;
  }

  async #send(frames: (Buffer | string)[]): Promise<void> {
    try {
      if (!this.#guarded.isClosed) await this.#guarded.socket.send(frames);
    } catch (error) {
      this.#options.log.debug({ err: error }, 'An answer was not sent; whoever waits for it asks again');
    }
  }

  #whyNotNow({ bytes }: Request): KlorosError | undefined {
    const { maxBytes } = this.#options.door;
    if (this.#closing) return notNow('HUB_STOPS', 'the hub is stopping');
    const isFull = this.#open.size >= MOST_OPEN || this.#openBytes + bytes > MOST_OPEN_BYTES;
    if (bytes <= maxBytes && !isFull) return undefined;
    this.#guarded.counts.dropped += 1;
    if (bytes > maxBytes) return tooLarge(bytes, maxBytes);
    return notNow('HUB_BUSY', `${this.#open.size} requests wait for the journal already`);
  }
}

function madeRouter(curve?: CurveOptions): Router {
  return new Router({
    ...curve,
    linger: LAST_WORDS_MS,
    // A peer that comes back under its own name has an old connection that nobody has ended yet.
    handover: true,
    maxMessageSize: LARGEST_FRAME_BYTES,
    sendHighWaterMark: MOST_UNREAD,
    receiveHighWaterMark: RECEIVE_HIGH_WATER_MARK,
    handshakeInterval: HANDSHAKE_MS,
    ...KEEP_ALIVE,
  });
}

function refused(error: unknown): DoorAnswer {
  const { code, message, why, next } = error instanceof KlorosError ? error : unexpected(error);
  const retry = !(error instanceof PermanentError);
  return { status: 'refused', code, message, why: why ?? '', next, retry };
}

function unexpected(error: unknown): KlorosError {
  return notNow('JOURNAL_FAILED', toError(error).message);
}

function notNow(code: string, why: string): KlorosError {
  return new KlorosError({ code, message: 'The signal was not accepted', why, next: ['ask again in a moment'] });
}

function nameNotAllowed(name: string, origin: string): PermanentError {
  return new PermanentError({
    code: 'NAME_NOT_ALLOWED',
    message: 'The signal was not accepted',
    why: `${origin} may not emit ${name}`,
    next: ['ask the operator of this colony for it: kloros peer add NAME --allow PATTERN'],
  });
}

function tooLarge(bytes: number, maxBytes: number): PermanentError {
  return new PermanentError({
    code: 'REQUEST_TOO_LARGE',
    message: 'The signal was not accepted',
    why: `it has ${bytes} bytes, and ${maxBytes} are the most that is taken`,
    next: ['write what is large into a file, and say where it is'],
  });
}
