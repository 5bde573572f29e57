import { isoTimestamp, type Clock } from '../base/clock.js';
import type { Bus } from '../bus/bus.js';
import type { ArchivedLetter } from './archive.js';
import { conditionOf } from './filter.js';
import { planReplay } from './plan.js';
import { resolveInJournal } from './resolve.js';
import { unfinishedRuns } from './run-record.js';
import { pagesOf } from './letters.js';
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
  const ids: string[] = [];
  const isOld = conditionOf({ beforeMs });
  for await (const letter of store.letters()) if (isOld(letter)) ids.push(letter.id);
  const deleted = await softDelete(store, ids, { reason, nowMs: clock.nowMs() });
  const removed = await removeOld(options);
  return { resolved, deleted: deleted.length, removed };
}

/** Moves letters to the archive, from where `restore` brings them back; answers the ids of those that moved. */
export async function softDelete(
  store: DeadLetterStore,
  ids: readonly string[],
  { reason, nowMs }: { reason: string | null; nowMs: number },
): Promise<string[]> {
  if (ids.length === 0) return [];
  const leaving = new Set(ids);
  const resolution = { kind: 'deleted', at: isoTimestamp(nowMs), reason } as const;
  return store.hold((held) => held.archive(({ id }) => (leaving.has(id) ? resolution : undefined)));
}

/** Archived letters that can come back, one at a time: those that were deleted and are not open again. */
export async function* restorable(store: DeadLetterStore): AsyncGenerator<ArchivedLetter> {
  const open = await openIds(store);
  for await (const archived of store.archivedLetters())
    if (archived.resolution.kind === 'deleted' && !open.has(archived.letter.id)) yield archived;
}

async function openIds(store: DeadLetterStore): Promise<Set<string>> {
  const open = new Set<string>();
  for await (const { id } of store.letters()) open.add(id);
  return open;
}

/** Rows of which the journal says that they were dealt with; a replay at work archives its own. */
async function resolveSettled({ store, journal, clock, replays }: CleanUpOptions): Promise<number> {
  const runs = await unfinishedRuns(replays);
  if (runs.some(({ header }) => clock.nowMs() - header.startedAtMs < DAY_MS)) return 0;
  const settled = new Map<string, string>();
  for await (const page of pagesOf(store.letters()))
    for (const { letter, way, why = '' } of await planReplay(page, journal, false))
      if (way === 'settled') settled.set(letter.id, why);
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
  for await (const archived of restorable(store))
    if (archived.atMs < beforeMs) await resolveInJournal(archived.letter, journal);
  return store.remove(({ atMs }) => atMs < beforeMs);
}
