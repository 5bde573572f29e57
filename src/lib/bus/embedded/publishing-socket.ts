import { XPublisher } from 'zeromq';
import { cutConnections } from '../../base/cut-connections.js';
import type { Logger } from '../../base/log.js';
import type { TcpRow } from '../../base/tcp-table.js';
import { portOf } from './bind-endpoint.js';
import type { CurveOptions } from './curve.js';
import { GuardedSocket, unlessClosed } from './guarded-socket.js';
import { HANDSHAKE_MS } from './receiving-socket.js';
import { SubscribedNames } from './subscribed-names.js';
import { STUCK_MS, SubscriberQueues } from './subscriber-queues.js';

/** The two frames of a message. */
export interface Frames {
  name: string;
  frame: Buffer;
}

/** Where to publish, and what people call it. */
export interface PublishingSocketOptions {
  endpoint: string;
  label: string;
  attach: 'bind' | 'connect';
  log?: Logger;
  /** Keys of a socket that is one peer's. */
  curve?: CurveOptions | undefined;
  /** Told of each subscription that comes or goes. */
  onSubscription: (change: 1 | -1) => void;
  /** Called when all connections have ended, before peers come again, with what they may not have got. */
  onRenewal: (unsure: readonly Frames[]) => void;
}

/** What was sent in the last moments may still lie in a socket when it is closed: so long, and so much of it. */
const UNSURE_MS = 500;
const UNSURE_BYTES = 1024 * 1024;
/** Messages that a slow subscriber may lag behind before the wire forgets some; the journal does not. */
const SEND_HIGH_WATER_MARK = 50_000;
/** A name has at most 200 bytes, and the word SUBSCRIBE of ZMTP 3.1 has 10 before it; frames that are sent are not limited. */
const LARGEST_SUBSCRIPTION_BYTES = 210;
/** The handshake of CURVE is larger than any subscription, and one limit holds for both. */
const LARGEST_HANDSHAKE_BYTES = 1_024;
/** Few at a time, or thousands would be in memory before the first of them is counted. */
const SUBSCRIPTIONS_AT_ONCE = 10;
/** Each byte of a name costs about 46 of memory: so these are 24 MB. */
const MOST_SUBSCRIPTION_BYTES = 512 * 1024;
/** Peers come back within 100 ms by default, on a busy machine within seconds. */
const RETURN_MS = 5_000;
const SUBSCRIBE = 1;
/** At one look a second: until whoever takes nothing has been cut. */
const LOOKS_AFTERWARDS = STUCK_MS / 1_000;

/**
 * An XPUB with its guard: what subscribers can pile up in it is bounded. It is renewed when they subscribe to more than
 * it can hold; one for whom more waits than may is cut, and one that takes nothing at all is cut by TCP before.
 */
export class PublishingSocket {
  readonly guarded: GuardedSocket<XPublisher>;
  readonly #options: PublishingSocketOptions;
  readonly #queues: SubscriberQueues;
  readonly #names = new SubscribedNames();
  #renewedAtMs = -Infinity;
  #recent: (Frames & { atMs: number })[] = [];
  #recentBytes = 0;
  #sentBytes = 0;
  #seenBytes = 0;
  #quietTicks = LOOKS_AFTERWARDS;

  constructor(options: PublishingSocketOptions) {
    this.#options = options;
    const { endpoint, label, log } = options;
    const onStuck = (who: string) => {
      this.guarded.counts.stuck += 1;
      this.guarded.counts.who = who;
    };
    this.#queues = new SubscriberQueues({ port: portOf(endpoint), label, log, onStuck });
    this.guarded = new GuardedSocket({ ...options, make: () => this.#made() });
  }

  /** Whether its subscribers have to come back first, and would miss what is sent now. */
  get isReturning(): boolean {
    if (this.guarded.renewal) return true;
    if (performance.now() - this.#renewedAtMs > RETURN_MS) this.#names.forgetMissing();
    return this.#names.isIncomplete;
  }

  /** Binds or connects, and begins to hear who subscribes. Throws KlorosError PORT_TAKEN. */
  async open(): Promise<void> {
    await this.guarded.open();
    void this.#watchSubscriptions();
  }

  /** Sends one message to whoever subscribed; a socket takes one at a time. False where the socket was replaced or closed meanwhile. */
  async send({ name, frame }: Frames): Promise<boolean> {
    const { socket } = this.guarded;
    try {
      await socket.send([name, frame]);
    } catch (error) {
      unlessClosed(socket)(error);
      return false;
    }
    this.#sentBytes += frame.length;
    if (socket !== this.guarded.socket) return false;
    if (this.#options.attach === 'bind') this.#note({ name, frame, atMs: performance.now() }); // The others are not renewed.
    return true;
  }

  /** Looks what waits for subscribers, once a second. */
  tick(): void {
    const bytes = this.#sentBytes - this.#seenBytes;
    // What was published last may wait for somebody until TCP cuts him.
    this.#quietTicks = bytes === 0 ? this.#quietTicks + 1 : 0;
    if (this.#quietTicks > LOOKS_AFTERWARDS) return;
    this.#seenBytes = this.#sentBytes;
    void this.#cut(this.#queues.look(bytes));
  }

  close(): void {
    this.guarded.close();
  }

  #note(sent: Frames & { atMs: number }): void {
    this.#recent.push(sent);
    this.#recentBytes += sent.frame.length;
    if (this.#recentBytes <= UNSURE_BYTES) return;
    const half = Math.ceil(this.#recent.length / 2);
    for (const { frame } of this.#recent.splice(0, half)) this.#recentBytes -= frame.length;
  }

  #takeUnsure(): Frames[] {
    const sinceMs = performance.now() - UNSURE_MS;
    const unsure = this.#recent.filter(({ atMs }) => atMs >= sinceMs);
    [this.#recent, this.#recentBytes] = [[], 0];
    return unsure;
  }

  async #cut(overdue: readonly TcpRow[]): Promise<void> {
    if (overdue.length === 0 || (await cutConnections(overdue)) > 0) return;
    await this.#renew('more waits for one of its subscribers than may', { subscribers: overdue.length });
  }

  async #watchSubscriptions(): Promise<void> {
    for await (const [frame] of this.guarded.messages()) {
      if (frame === undefined) continue;
      const change = frame[0] === SUBSCRIBE ? 1 : -1;
      this.#names.note(frame.toString('latin1', 1), change);
      this.#options.onSubscription(change);
      const { bytes } = this.#names;
      if (bytes > MOST_SUBSCRIPTION_BYTES) void this.#renew('peers subscribe to more than it holds', { bytes });
    }
  }

  async #renew(why: string, figures: Record<string, number>): Promise<void> {
    if (this.guarded.renewal !== undefined || this.guarded.isClosed) return;
    this.#options.log?.warn(figures, `${this.#options.label} is bound again, which ends its connections: ${why}`);
    await this.guarded.renew();
  }

  /** Whatever was known of peers is over with the socket that they were connected to. */
  #made(): XPublisher {
    this.#names.renew();
    this.#renewedAtMs = performance.now();
    this.#queues.forget();
    this.#options.onRenewal(this.#takeUnsure());
    return new XPublisher({
      ...this.#options.curve,
      linger: 500,
      verbosity: 'allSubsUnsubs',
      sendHighWaterMark: SEND_HIGH_WATER_MARK,
      receiveHighWaterMark: SUBSCRIPTIONS_AT_ONCE,
      maxMessageSize: this.#options.curve === undefined ? LARGEST_SUBSCRIPTION_BYTES : LARGEST_HANDSHAKE_BYTES,
      handshakeInterval: HANDSHAKE_MS,
      tcpMaxRetransmitTimeout: STUCK_MS,
    });
  }
}
