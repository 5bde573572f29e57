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

/** Counts what is open and what left. */
export function statsOf(
  letters: readonly Letter[],
  archived: readonly ArchivedLetter[],
  { nowMs, quarantineAfter }: { nowMs: number; quarantineAfter: number },
): QueueStats {
  const times = letters.flatMap(({ failedAtMs }) => failedAtMs ?? []).sort((a, b) => a - b);
  const firsts = letters.flatMap(({ firstFailedAtMs }) => firstFailedAtMs ?? []).sort((a, b) => a - b);
  const within = (ms: number) => times.filter((time) => time > nowMs - ms).length;
  return {
    open: letters.length,
    groups: new Set(letters.map(({ fingerprint }) => fingerprint)).size,
    quarantined: letters.filter((letter) => isQuarantined(letter, quarantineAfter)).length,
    process_died: letters.filter(({ processDied }) => processDied).length,
    failed_again: letters.filter(({ replay }) => replay > 0).length,
    oldest: timeText(firsts[0]),
    newest: timeText(times.at(-1)),
    by_daemon: countBy(letters, ({ daemon }) => daemon),
    by_signal: countBy(letters, ({ signalName }) => (signalName === '' ? '(no signal)' : signalName)),
    by_shape: { kloros: 0, document: 0, intent: 0, unreadable: 0, ...countBy(letters, ({ shape }) => shape) },
    last_hour: within(HOUR_MS),
    last_day: within(DAY_MS),
    archived: countBy(archived, ({ resolution }) => resolution.kind),
  };
}

function countBy<T>(items: readonly T[], nameOf: (item: T) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(nameOf(item), (counts.get(nameOf(item)) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([, left], [, right]) => right - left));
}

function timeText(ms: number | undefined): string | null {
  return ms === undefined ? null : isoTimestamp(ms);
}
