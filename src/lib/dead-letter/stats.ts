import { isoTimestamp } from '../base/clock.js';
import type { ArchivedLetter } from './archive.js';
import { isQuarantined } from './filter.js';
import type { Letter, Shape } from './letter.js';

/** The queue in figures. */
export interface QueueStats {
  open: number;
  groups: number;
  quarantined: number;
  process_died: number;
  /** Open rows that were replayed before. */
  failed_again: number;
  /** ISO 8601 of the first failure of any open row, and of the last; null without one. */
  oldest: string | null;
  newest: string | null;
  by_daemon: Record<string, number>;
  by_signal: Record<string, number>;
  by_shape: Record<Shape, number>;
  /** Last failures of open rows by time. */
  last_hour: number;
  last_day: number;
  /** What left the queue and is still kept, by how. */
  archived: Record<string, number>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Counts what is open and what left, as it passes. */
export async function statsOf(
  letters: AsyncIterable<Letter> | Iterable<Letter>,
  archived: AsyncIterable<ArchivedLetter> | Iterable<ArchivedLetter>,
  { nowMs, quarantineAfter }: { nowMs: number; quarantineAfter: number },
): Promise<QueueStats> {
  const sums = { open: 0, quarantined: 0, process_died: 0, failed_again: 0, last_hour: 0, last_day: 0 };
  let [oldestMs, newestMs] = [Infinity, -Infinity];
  const by = {
    daemon: new Counts(),
    signal: new Counts(),
    shape: new Counts(),
    cause: new Counts(),
    kind: new Counts(),
  };
  for await (const letter of letters) {
    const failedAtMs = letter.failedAtMs ?? -Infinity;
    sums.open += 1;
    sums.quarantined += Number(isQuarantined(letter, quarantineAfter));
    sums.process_died += Number(letter.processDied);
    sums.failed_again += Number(letter.replay > 0);
    sums.last_hour += Number(failedAtMs > nowMs - HOUR_MS);
    sums.last_day += Number(failedAtMs > nowMs - DAY_MS);
    oldestMs = Math.min(oldestMs, letter.firstFailedAtMs ?? Infinity);
    newestMs = Math.max(newestMs, failedAtMs);
    countLetter(by, letter);
  }
  for await (const { resolution } of archived) by.kind.add(resolution.kind);
  return {
    ...sums,
    groups: by.cause.size,
    oldest: timeText(oldestMs),
    newest: timeText(newestMs),
    by_daemon: by.daemon.sorted(),
    by_signal: by.signal.sorted(),
    by_shape: { kloros: 0, document: 0, intent: 0, unreadable: 0, ...by.shape.sorted() },
    archived: by.kind.sorted(),
  };
}

function countLetter(
  by: Record<'daemon' | 'signal' | 'shape' | 'cause', Counts>,
  { daemon, signalName, shape, fingerprint }: Letter,
): void {
  by.daemon.add(daemon);
  by.signal.add(signalName === '' ? '(no signal)' : signalName);
  by.shape.add(shape);
  by.cause.add(fingerprint);
}

class Counts {
  readonly #counts = new Map<string, number>();

  get size(): number {
    return this.#counts.size;
  }

  add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }

  /** The most frequent first. */
  sorted(): Record<string, number> {
    return Object.fromEntries([...this.#counts].sort(([, left], [, right]) => right - left));
  }
}

function timeText(ms: number): string | null {
  return Number.isFinite(ms) ? isoTimestamp(ms) : null;
}
