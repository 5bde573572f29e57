import { Subscriber } from 'zeromq';
import { sleep } from '../../base/timers.js';
import type { Logger } from '../../base/log.js';
import { WakeUp } from '../../base/wake-up.js';
import type { CurveOptions } from './curve.js';
import { unlessClosed } from './guarded-socket.js';
import { PublishingSocket, type Frames } from './publishing-socket.js';
import { LARGEST_FRAME_BYTES } from './receiving-socket.js';
import { SendPace } from './send-pace.js';
import type { WireGuard } from './wire-guard.js';

/** Where a process publishes on a port of its own. */
export interface BoundPublisherOptions {
  endpoint: string;
  /** What people call it, e.g. `7777`. */
  label: string;
  log: Logger;
  /** Watches what subscribers do to this process. */
  guard: WireGuard;
  /** Keys of a socket that is one peer's. */
  curve?: CurveOptions | undefined;
}

/** The first message waits this long for somebody to subscribe: a peer that just connects would miss it. */
const FIRST_AUDIENCE_MS = 500;
/** Publishing stands still so long at once for peers that have to come back, and for half of the time in the long run. */
const MOST_HELD_MS = 30_000;
const HELD_SHARE = 0.5;
const LOOK_AGAIN_MS = 20;
/** Beyond it, what nobody waits to have sent is dropped: it is in the journal. */
const MOST_QUEUED_BYTES = 64 * 1024 * 1024;
/** A subscriber that only wakes needs few of them. */
const WAKER_HIGH_WATER_MARK = 1_000;
const WAKE_PAUSE_MS = 5;

/** A socket that publishes; subscribers' frames tell when somebody listens, so nobody has to sleep. */
export class Publisher {
  readonly #socket: PublishingSocket;
  readonly #heard = new WakeUp();
  readonly #pace = new SendPace(() => performance.now());
  #subscriptions = 0;
  #sending: Promise<void> = Promise.resolve();
  #queue: Frames[] = [];
  #queuedBytes = 0;
  /** What was sent right before the socket was renewed, and is sent again before all else. */
  #again: Frames[] = [];
  #begun = false;
  #mayHoldMs = MOST_HELD_MS;
  #heldUntilMs = performance.now();

  private constructor(at: {
    endpoint: string;
    label: string;
    attach: 'bind' | 'connect';
    log?: Logger;
    curve?: CurveOptions | undefined;
  }) {
    this.#socket = new PublishingSocket({
      ...at,
      onSubscription: (change) => this.#count(change),
      onRenewal: (unsure) => this.#sendAgain(unsure),
    });
  }

  /** Binds a port. Throws KlorosError PORT_TAKEN with its holder. */
  static async bound({ guard, ...at }: BoundPublisherOptions): Promise<Publisher> {
    const publisher = new Publisher({ ...at, attach: 'bind' });
    await publisher.#socket.open();
    guard.watchPublishing(publisher.#socket.guarded, () => publisher.#socket.tick());
    return publisher;
  }

  /** Connects to the hub's door for publishers. */
  static connected(endpoint: string): Publisher {
    const publisher = new Publisher({ endpoint, label: endpoint, attach: 'connect' });
    void publisher.#socket.open();
    return publisher;
  }

  /**
   * Queues messages; one loop sends them at a bounded pace, because a socket takes one send at a time. Whoever awaits it
   * before queueing more has all of them sent.
   */
  send(messages: readonly Frames[]): Promise<void> {
    if (this.#queuedBytes > MOST_QUEUED_BYTES) {
      this.#socket.guarded.counts.dropped += messages.length;
      return this.#sending;
    }
    this.#queue.push(...messages);
    this.#queuedBytes += bytesOf(messages);
    this.#sending = this.#sending.then(() => this.#sendQueued());
    return this.#sending;
  }

  /** Resolves true when somebody subscribes, false after timeoutMs. */
  async audience(timeoutMs: number): Promise<boolean> {
    if (this.#subscriptions === 0) await this.#heard.rest(timeoutMs);
    return this.#subscriptions > 0;
  }

  /** Sends what is queued, then closes. */
  async close(): Promise<void> {
    this.#heard.call(); // Whoever hears nobody now has rung the bell, which is enough.
    await this.#sending;
    this.#socket.close();
  }

  async #sendQueued(): Promise<void> {
    if (!this.#begun) await this.audience(FIRST_AUDIENCE_MS);
    this.#begun = true;
    const messages = this.#queue;
    this.#queue = [];
    let sent = 0;
    const next = () => this.#again[0] ?? messages[sent];
    for (let message = next(); message !== undefined; message = next()) {
      const waitMs = this.#pace.take(message.frame.length);
      if (waitMs > 0) await sleep(waitMs);
      if (this.#socket.isReturning) await this.#hold();
      if (this.#socket.guarded.isClosed) return;
      if (message !== next() || !(await this.#socket.send(message))) continue;
      if (this.#again.length > 0) this.#again.shift();
      else sent += 1;
    }
    this.#queuedBytes -= bytesOf(messages);
  }

  #sendAgain(unsure: readonly Frames[]): void {
    this.#subscriptions = 0;
    this.#again.unshift(...unsure);
    if (this.#again.length > 0) void this.send([]);
  }

  /**
   * Whoever was connected comes back and misses nothing of what follows. A peer that has the socket renewed again and
   * again cannot hold up the others for more than its share of the time; what they miss then is in the journal.
   */
  async #hold(): Promise<void> {
    const fromMs = performance.now();
    this.#mayHoldMs = Math.min(MOST_HELD_MS, this.#mayHoldMs + (fromMs - this.#heldUntilMs) * HELD_SHARE);
    while (this.#socket.isReturning && performance.now() - fromMs < this.#mayHoldMs) await sleep(LOOK_AGAIN_MS);
    this.#heldUntilMs = performance.now();
    this.#mayHoldMs -= this.#heldUntilMs - fromMs;
  }

  #count(change: 1 | -1): void {
    this.#subscriptions += change;
    if (this.#subscriptions > 0) this.#heard.call();
  }
}

function bytesOf(messages: readonly Frames[]): number {
  return messages.reduce((sum, { frame }) => sum + frame.length, 0);
}

/** A socket that hears names and wakes its owner; what it hears is in the journal. */
export class Waker {
  readonly #socket = new Subscriber({
    linger: 0,
    receiveHighWaterMark: WAKER_HIGH_WATER_MARK,
    maxMessageSize: LARGEST_FRAME_BYTES,
  });

  constructor(endpoint: string, onWake: () => void) {
    this.#socket.connect(endpoint);
    void this.#receive(onWake).catch(unlessClosed(this.#socket));
  }

  /** Hears these names too; the empty name is all of them. A subscription is a prefix, which for a wake-up is enough. */
  subscribe(names: readonly string[]): void {
    this.#socket.subscribe(...names);
  }

  close(): void {
    this.#socket.close();
  }

  async #receive(onWake: () => void): Promise<void> {
    for await (const _message of this.#socket) {
      onWake();
      // One message wakes as well as a thousand; those that come meanwhile are not worth a wake-up each.
      await sleep(WAKE_PAUSE_MS);
      while (this.#socket.readable) await this.#socket.receive();
    }
  }
}
