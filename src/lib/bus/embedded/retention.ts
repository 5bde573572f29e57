import type { Logger } from '../../base/log.js';
import type { Clock } from '../../base/clock.js';
import type { Journal } from './journal.js';
import type { StoredConsumer } from './consumer-reader.js';

/** How long and how much of the past is kept. */
export interface RetentionOptions {
  days: number;
  maxBytes: number;
}

const ROWS_PER_TRANSACTION = 200;
const DAY_MS = 86_400_000;

/** Highest position that no enabled consumer has still to see. */
export function retentionBarrier(
  consumers: readonly Pick<StoredConsumer, 'enabled' | 'lowest'>[],
  hubCursor: number,
): number {
  const marks = consumers.flatMap(({ enabled, lowest }) => (enabled && lowest !== null ? [lowest - 1] : []));
  return Math.min(hubCursor, ...marks);
}

/**
 * Removes what is too old, and the oldest where the journal is too large; answers how many signals went. Old is what by
 * its time and by its order is old: what was said by a clock that was wrong is as old as what was said around it.
 * What an enabled consumer has still to see stays, and where that makes the journal too large it is said loudly.
 */
export async function retain(
  journal: Journal,
  options: RetentionOptions,
  { clock, log }: { clock: Pick<Clock, 'nowMs'>; log: Logger },
): Promise<number> {
  const upToSeq = retentionBarrier(journal.read.consumers(), journal.read.meta('hub_cursor'));
  const nowMs = clock.nowMs();
  const oldUpTo = journal.read.oldUpTo({ sinceMs: nowMs - options.days * DAY_MS, untilMs: nowMs });
  let removed = await removeAll(() =>
    journal.write({ kind: 'retain', upToSeq: Math.min(upToSeq, oldUpTo), beforeMs: null, limit: ROWS_PER_TRANSACTION }),
  );
  removed += await removeAll(async () =>
    journal.read.usedBytes() > options.maxBytes
      ? journal.write({ kind: 'retain', upToSeq, beforeMs: null, limit: ROWS_PER_TRANSACTION })
      : 0,
  );
  if (journal.read.usedBytes() > options.maxBytes) warnTooLarge(journal, options, log);
  return removed;
}

async function removeAll(removeSome: () => Promise<number>): Promise<number> {
  let sum = 0;
  for (let removed = await removeSome(); removed > 0; removed = await removeSome()) sum += removed;
  return sum;
}

function warnTooLarge(journal: Journal, options: RetentionOptions, log: Logger): void {
  const [slowest] = journal.read
    .consumers()
    .flatMap(({ name, enabled, lag, lowest }) => (enabled && lowest !== null ? [{ name, lag, lowest }] : []))
    .sort((a, b) => a.lowest - b.lowest);
  const figures = { bytes: journal.read.usedBytes(), maxBytes: options.maxBytes };
  if (slowest === undefined) return log.error(figures, 'The journal is larger than its limit, and the hub is behind');
  log.error(
    { ...figures, slowest: slowest.name, lag: slowest.lag },
    `The journal is larger than its limit, and nothing may be removed: ${slowest.name} has still to see it. Start it; where nobody will run it again: kloros bus forget ${slowest.name}`,
  );
}
