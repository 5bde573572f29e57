import { own } from '../base/own.js';
import type { Bus, Delivery, StateChange } from '../bus/bus.js';

/** In the daemon's own state, by the id of the signal that it answers. */
const BEGUN = 'begun:';

/**
 * Word of an effect outside of the journal that is about to begin, kept before it does: an attempt that finds such a word
 * follows one that was killed, stopped or ended at its limit, and of whose effect nothing is known. It goes with the
 * transaction that ends the delivery.
 */
export class Begun {
  readonly #bus: Pick<Bus, 'state' | 'commit'>;
  readonly #daemon: string;
  readonly #key: string;
  #isKept = false;

  constructor(bus: Pick<Bus, 'state' | 'commit'>, daemon: string, { signal }: Delivery) {
    this.#bus = bus;
    this.#daemon = daemon;
    this.#key = `${BEGUN}${signal.id}`;
  }

  /** Answers what an earlier attempt noted; undefined where none had begun, and the note is durable now. */
  async begin(note: object): Promise<unknown> {
    const earlier = own(await this.#bus.state(this.#daemon, this.#key), this.#key);
    this.#isKept = true;
    if (earlier !== undefined) return earlier;
    const state = [{ key: this.#key, value: note }];
    await this.#bus.commit({ signals: [], deadLetters: [], state }, this.#daemon);
    return undefined;
  }

  /** What has to be written where the delivery ends. */
  end(): StateChange[] {
    return this.#isKept ? [{ key: this.#key, value: null }] : [];
  }
}
