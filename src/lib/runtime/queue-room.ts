import type { Logger } from '../base/log.js';
import { WakeUp } from '../base/wake-up.js';
import type { ConsumerStatus } from '../bus/bus.js';

/** What is looked at to see whether there is room. */
export interface QueueRoomOptions {
  consumers: () => Promise<ConsumerStatus[]>;
  /** Names that the source says. */
  says: readonly string[];
  /** Most signals that may wait for any one of those who hear them. */
  limit: number;
  /** Time between two looks while there is none. */
  lookMs: number;
  log: Logger;
}

/** It goes on when so much of the limit is free, so that it does not stop and go with every signal. */
const FREE_SHARE = 0.1;

/**
 * Slows a source down instead of dropping what it says: it waits while too much waits for those who hear it, and goes on
 * by itself. It looks only when what was free at the last look has been said, as a look counts all that waits.
 */
export class QueueRoom {
  readonly #options: QueueRoomOptions;
  readonly #rest = new WakeUp();
  #left = 0;

  constructor(options: QueueRoomOptions) {
    this.#options = options;
  }

  /** So many signals were said. */
  said(count: number): void {
    this.#left -= count;
  }

  /** Resolves when there is room, or when the abort comes. */
  async available(abort: AbortSignal): Promise<void> {
    if (this.#left > 0) return;
    const { limit, lookMs, log } = this.#options;
    this.#left = limit - (await this.#waiting());
    if (this.#left > 0) return;
    log.warn({ limit }, 'Waits with what is to be said: those who hear it have too much to do already');
    while (this.#left < Math.max(1, limit * FREE_SHARE) && !abort.aborted) {
      await this.#rest.rest(lookMs, abort);
      this.#left = limit - (await this.#waiting());
    }
    if (!abort.aborted) log.info('Goes on: those who hear it have caught up');
  }

  /** What waits for the one who has most to do. */
  async #waiting(): Promise<number> {
    const { consumers, says } = this.#options;
    const hearers = (await consumers()).filter(({ enabled, hears }) => enabled && hears.some((n) => says.includes(n)));
    return Math.max(0, ...hearers.map(({ lag, waiting, running }) => lag + waiting + running));
  }
}
