import type { Clock } from '../base/clock.js';
import { sleep } from '../base/timers.js';

/** So many at most go at once, so that an interruption is heard and a record is kept. */
const LARGEST_BATCH = 500;
/** Below it timers are too coarse to pace single rows. */
const LEAST_PAUSE_MS = 10;

/** How fast, by which clock, and until when. */
export interface PaceOptions {
  /** Items a second; null: as fast as it goes. */
  rate: number | null;
  clock: Pick<Clock, 'monotonicMs'>;
  abort: AbortSignal;
}

/**
 * Batches of items as they are due. Each is due at a time of its own from the start on, so that a slow batch is made up
 * for and the rate holds. Ends on abort.
 */
export async function* paced<T>(items: readonly T[], { rate, clock, abort }: PaceOptions): AsyncGenerator<T[]> {
  const startMs = clock.monotonicMs();
  for (let sent = 0; sent < items.length && !abort.aborted;) {
    const due = rate === null ? items.length : Math.floor(((clock.monotonicMs() - startMs) * rate) / 1000) + 1;
    const batch = items.slice(sent, Math.min(due, sent + LARGEST_BATCH));
    if (batch.length > 0) yield batch;
    sent += batch.length;
    const nextMs = rate === null ? 0 : startMs + (sent * 1000) / rate - clock.monotonicMs();
    if (sent < items.length && nextMs > 0) await sleep(Math.max(nextMs, LEAST_PAUSE_MS), abort);
  }
}
