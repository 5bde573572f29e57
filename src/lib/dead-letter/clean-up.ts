import { isoTimestamp, type Clock } from '../base/clock.js';
import type { Bus } from '../bus/bus.js';
import type { ArchivedLetter } from './archive.js';
import { select, type LetterFilter } from './filter.js';
import type { Letter } from './letter.js';
import { planReplay } from './plan.js';
import { resolveInJournal } from './resolve.js';
import { unfinishedRuns } from './run-record.js';
import type { DeadLetterStore } from './store.js';

const DAY_MS = 86_400_000;

/** What the clean-up works on. */
export interface CleanUpOptions {
  store: DeadLetterStore;
  journal: Pick<Bus, 'deadLetters' | 'standing' | 'resolve'>;
  clock: Pick<Clock, 'nowMs'>;
  /** By which something is old. */
  ages: Pick<Clock, 'nowMs'>;
  /** Folder of the replays that are not finished. */
  replays: string;
  dlq: { pruneAfterDays: number; removeAfterDays: number };
}

/** What a clean-up did, in rows. */
export interface CleanedUp {
  /** Left the queue because the journal has dealt with them, e.g. after a replay that was killed. */
  resolved: number;
  /** Moved to the archive, from where they can be restored. */
  deleted: number;
  /** Removed from the archive for good. */
  removed: number;
}

/** The clean-up that the hub does once a day. */
export async function cleanUp(options: CleanUpOptions): Promise<CleanedUp> {
  const { store, clock, ages, dlq } = options;
  const beforeMs = ages.nowMs() - dlq.pruneAfterDays * DAY_MS;
  const resolved = await resolveSettled(options);
  const reason = `its last failure is more than ${dlq.pruneAfterDays} days ago`;
  const deleted = await softDelete(store, select(await store.read(), { beforeMs }), { reason, nowMs: clock.nowMs() });
  const removed = await removeOld(options);
  return { resolved, deleted: deleted.length, removed };
}

/** Moves letters to the archive, from where `restore` brings them back. */
export async function softDelete(
  store: DeadLetterStore,
  letters: readonly Letter[],
  { reason, nowMs }: { reason: string | null; nowMs: number },
): Promise<Letter[]> {
  if (letters.length === 0) return [];
  const ids = new Set(letters.map(({ id }) => id));
  const resolution = { kind: 'deleted', at: isoTimestamp(nowMs), reason } as const;
  return store.hold((held) => held.archive(({ id }) => (ids.has(id) ? resolution : undefined)));
}

/** Archived letters that a filter means and that can come back: those that were deleted and are not open again. */
export async function restorable(store: DeadLetterStore, filter: LetterFilter): Promise<ArchivedLetter[]> {
  const open = new Set((await store.read()).map(({ id }) => id));
  const deleted = (await store.archived()).filter(
    ({ letter, resolution }) => resolution.kind === 'deleted' && !open.has(letter.id),
  );
  const meant = new Set(
    select(
      deleted.map(({ letter }) => letter),
      filter,
    ),
  );
  return deleted.filter(({ letter }) => meant.has(letter));
}

/** Rows of which the journal says that they were dealt with; a replay at work archives its own. */
async function resolveSettled({ store, journal, clock, replays }: CleanUpOptions): Promise<number> {
  const runs = await unfinishedRuns(replays);
  if (runs.some(({ header }) => clock.nowMs() - header.startedAtMs < DAY_MS)) return 0;
  const plans = await planReplay(await store.read(), journal, false);
  const settled = new Map(plans.flatMap(({ letter, way, why }) => (way === 'settled' ? [[letter.id, why]] : [])));
  if (settled.size === 0) return 0;
  const at = isoTimestamp(clock.nowMs());
  const left = await store.hold((held) =>
    held.archive(({ id }) =>
      settled.has(id) ? { kind: 'resolved', at, reason: null, became: settled.get(id) ?? '' } : undefined,
    ),
  );
  return left.length;
}

/**
 * The journal keeps the signal of a deleted letter for as long as it could be restored. It is told first: where that fails,
 * the row is still there to be removed the next time.
 */
async function removeOld({ store, journal, ages, dlq }: CleanUpOptions): Promise<number> {
  const beforeMs = ages.nowMs() - dlq.removeAfterDays * DAY_MS;
  const open = new Set((await store.read()).map(({ id }) => id));
  const isOld = ({ atMs }: ArchivedLetter) => atMs < beforeMs;
  for (const { letter, resolution } of (await store.archived()).filter(isOld)) {
    if (resolution.kind === 'deleted' && !open.has(letter.id)) await resolveInJournal(letter, journal);
  }
  return (await store.remove(isOld)).length;
}
