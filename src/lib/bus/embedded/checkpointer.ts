import { openWorkerPool } from '../../base/worker-pool.js';
import type { Logger } from '../../base/log.js';
import type { Journal } from './journal.js';
import { isBusy } from './journal-errors.js';

/** Less than this waits: each checkpoint has a price of its own. */
const PASSIVE_BYTES = 4 * 1024 * 1024;
/** A WAL of this size is restarted, which waits for readers; a smaller one is only copied. */
const RESTART_BYTES = 32 * 1024 * 1024;
/** A reader that stands still lets no checkpoint through, however often it is tried. */
const ROUNDS_PER_TICK = 8;
const WORKER_MEMORY_MB = 64;

/** Keeps the WAL small; only the hub has one (D1). */
export class Checkpointer {
  readonly #journal: Journal;
  readonly #log: Logger;
  readonly #pool = openWorkerPool(import.meta.url, './checkpoint-worker', {
    maxThreads: 1,
    memoryMb: WORKER_MEMORY_MB,
  });
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(journal: Journal, log: Logger) {
    this.#journal = journal;
    this.#log = log;
  }

  /** Starts checkpointing where the WAL has grown and nothing runs. */
  tick(): void {
    this.#running ??= this.#relieve().finally(() => (this.#running = undefined));
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
    await this.#pool.destroy();
  }

  /** At full speed one checkpoint follows the other: what a whole second gathers would stop everyone for long. */
  async #relieve(): Promise<void> {
    try {
      for (let round = 0; round < ROUNDS_PER_TICK && !this.#closed; round += 1) {
        const mode = this.#needed();
        if (mode === undefined) return;
        await this.#pool.run({ path: this.#journal.path, mode });
      }
    } catch (error) {
      // A busy journal is checkpointed at the next tick; anything else an operator must know.
      if (!isBusy(error)) this.#log.error({ err: error }, 'Checkpoint of the journal failed; its WAL grows');
    }
  }

  #needed(): 'PASSIVE' | 'RESTART' | undefined {
    const { usedBytes, waitingBytes } = this.#journal.read.wal();
    // One that is copied whole is begun anew by the next writer: an idle hub has nothing to do, however large it is.
    if (usedBytes > RESTART_BYTES && waitingBytes > 0) return 'RESTART';
    return waitingBytes > PASSIVE_BYTES ? 'PASSIVE' : undefined;
  }
}
