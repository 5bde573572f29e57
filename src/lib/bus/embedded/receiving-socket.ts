import { Subscriber } from 'zeromq';
import type { Logger } from '../../base/log.js';
import type { CurveOptions } from './curve.js';
import { GuardedSocket } from './guarded-socket.js';

/** Where to receive, and what people call it. */
export interface ReceivingSocketOptions {
  endpoint: string;
  label: string;
  attach: 'bind' | 'connect';
  log: Logger;
  /** Keys of a socket that is one peer's. */
  curve?: CurveOptions | undefined;
}

/** A larger frame ends its connection before it is in memory; nothing but a disconnect is seen of it (D12). */
export const LARGEST_FRAME_BYTES = 2 * 1024 * 1024;
/**
 * Of each connection; the queue counts messages and not bytes, and further ones wait in the kernel and at the sender.
 * It never changes: a queue whose limit is lowered while it is used may stand still for good.
 */
export const RECEIVE_HIGH_WATER_MARK = 32;
/** Whoever connects has so long to say what it is. */
export const HANDSHAKE_MS = 5_000;
/** A port that nobody binds is asked for now and then, not ten times a second for ever. */
const LONGEST_RECONNECT_MS = 1_000;
const MOST_FRAMES = 16;
const MOST_MESSAGE_BYTES = 2 * LARGEST_FRAME_BYTES;
const KEPT_OF_A_FRAME_BYTES = 64;

/** A socket that receives what others publish, with bounds for each message, queue and number of connections. */
export class ReceivingSocket {
  readonly guarded: GuardedSocket<Subscriber>;
  readonly #log: Logger;

  constructor({ log, curve, ...where }: ReceivingSocketOptions) {
    this.#log = log;
    this.guarded = new GuardedSocket({ ...where, log, make: () => madeSubscriber(curve) });
  }

  /** Binds or connects. Throws KlorosError PORT_TAKEN. */
  open(): Promise<void> {
    return this.guarded.open();
  }

  /** Every message, until it is closed; of one that goes beyond the bounds, the beginning of its frames. */
  async *messages(): AsyncGenerator<Buffer[]> {
    for await (const frames of this.guarded.messages()) yield isBounded(frames) ? frames : this.#abridged(frames);
  }

  close(): void {
    this.guarded.close();
  }

  #abridged(frames: Buffer[]): Buffer[] {
    this.guarded.counts.dropped += 1;
    this.#log.warn(
      { frames: frames.length, bytes: bytesOf(frames) },
      `A message on ${this.guarded.label} is larger than ${MOST_FRAMES} frames or ${MOST_MESSAGE_BYTES} bytes; only its beginning is kept`,
    );
    // Copies: a part of a buffer would keep all of it in memory.
    return frames.map((frame) => Buffer.from(frame.subarray(0, KEPT_OF_A_FRAME_BYTES)));
  }
}

/** Bytes of a message. */
export function bytesOf(frames: readonly Buffer[]): number {
  return frames.reduce((sum, { length }) => sum + length, 0);
}

function isBounded(frames: readonly Buffer[]): boolean {
  return frames.length <= MOST_FRAMES && bytesOf(frames) <= MOST_MESSAGE_BYTES;
}

function madeSubscriber(curve?: CurveOptions): Subscriber {
  const socket = new Subscriber({
    ...curve,
    linger: 0,
    receiveHighWaterMark: RECEIVE_HIGH_WATER_MARK,
    maxMessageSize: LARGEST_FRAME_BYTES,
    handshakeInterval: HANDSHAKE_MS,
    reconnectMaxInterval: LONGEST_RECONNECT_MS,
  });
  socket.subscribe('');
  return socket;
}
