import { setTimeout } from 'node:timers/promises';
import { Subscriber, XPublisher } from 'zeromq';
import { errorCode, KlorosError } from '../../base/errors.js';
import { portAdvice, portUse, portWords } from '../../base/port-holder.js';
import { WakeUp } from '../../base/wake-up.js';
import { MOVE_PORTS } from '../../config/paths.js';

/** The two frames of a message. */
export interface Frames {
  name: string;
  frame: Buffer;
}

/** Messages that a slow subscriber may lag behind before the wire forgets some; the journal does not. */
const HIGH_WATER_MARK = 50_000;
/** The first message waits this long for somebody to subscribe: a peer that just connects would miss it. */
const FIRST_AUDIENCE_MS = 500;
const WAKE_PAUSE_MS = 5;
const SUBSCRIBE = 1;
/** What was said last may still be on its way out of a socket that is closed; then its port is free. */
const OWN_PORT_MS = 2_000;
const TRY_AGAIN_MS = 20;

/** A socket that says; subscribers' frames tell when somebody listens, so nobody has to sleep. */
export class Publisher {
  readonly #socket = new XPublisher({ linger: 500, sendHighWaterMark: HIGH_WATER_MARK, verbosity: 'allSubsUnsubs' });
  readonly #heard = new WakeUp();
  #subscriptions = 0;
  #sending: Promise<void> = Promise.resolve();
  #queue: Frames[] = [];
  #begun = false;

  /** Binds a port. Throws KlorosError PORT_TAKEN with its holder. */
  static async bound(endpoint: string): Promise<Publisher> {
    const publisher = new Publisher();
    try {
      await bindOrExplain(() => publisher.#socket.bind(endpoint), endpoint);
    } catch (error) {
      publisher.#socket.close();
      throw error;
    }
    void publisher.#watchSubscribers(); // A socket that is being bound refuses to receive.
    return publisher;
  }

  /** Connects to the hub's door for publishers. */
  static connected(endpoint: string): Publisher {
    const publisher = new Publisher();
    publisher.#socket.connect(endpoint);
    void publisher.#watchSubscribers();
    return publisher;
  }

  /** Queues messages; one loop sends them, because a socket takes one send at a time. */
  send(messages: readonly Frames[]): Promise<void> {
    this.#queue.push(...messages);
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
    for (const { name, frame } of messages) {
      if (this.#socket.closed) return;
      await this.#socket.send([name, frame]);
    }
  }

  async #watchSubscribers(): Promise<void> {
    for await (const [frame] of this.#socket) {
      this.#subscriptions += frame?.[0] === SUBSCRIBE ? 1 : -1;
      if (this.#subscriptions > 0) this.#heard.call();
    }
  }
}

/** A socket that hears names and wakes its owner; what it hears is in the journal. */
export class Waker {
  readonly #socket = new Subscriber({ linger: 0, receiveHighWaterMark: HIGH_WATER_MARK });

  constructor(endpoint: string, onWake: () => void) {
    this.#socket.connect(endpoint);
    void this.#receive(onWake);
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
      // One message wakes as well as a thousand; those that come meanwhile are not worth their reading.
      await setTimeout(WAKE_PAUSE_MS);
    }
  }
}

/** Binds, and names who holds the port when it is taken. */
export async function bindOrExplain(bind: () => void | Promise<void>, endpoint: string): Promise<void> {
  const lastTryMs = performance.now() + OWN_PORT_MS;
  for (;;) {
    try {
      return await bind();
    } catch (error) {
      if (errorCode(error) !== 'EADDRINUSE') throw error;
      if (performance.now() >= lastTryMs || !mayBeOwn(endpoint)) throw portTaken(endpoint, error);
    }
    await setTimeout(TRY_AGAIN_MS);
  }
}

/** A port that this process had a moment ago is bound until ZeroMQ's own thread has closed it, which nothing tells of. */
function mayBeOwn(endpoint: string): boolean {
  const holder = portUse(portOf(endpoint))?.holder;
  return holder === undefined || holder.pid === process.pid;
}

function portOf(endpoint: string): number {
  return Number(endpoint.split(':').at(-1));
}

function portTaken(endpoint: string, cause: unknown): KlorosError {
  const port = portOf(endpoint);
  const use = portUse(port);
  return new KlorosError({
    code: 'PORT_TAKEN',
    message: `${endpoint} cannot be bound`,
    why: portWords(use),
    next: [...portAdvice(port, use), `or move this colony: ${MOVE_PORTS}`],
    cause,
  });
}
