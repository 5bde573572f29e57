import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileSafely } from '../../base/atomic-file.js';
import { errorCode } from '../../base/errors.js';
import { withFileLock } from '../../base/file-lock.js';
import { fileName } from '../../base/safe-path.js';
import { cycleFolder } from '../cycle-folder.js';
import type { Candidate } from '../evaluator.js';
import type { Scale } from '../search/fitness.js';
import { bracketOf, championOf, playable } from './bracket.js';
import type { MatchReport } from './match.js';

/** What a tournament is played about. */
export interface TournamentOrder {
  tournament_id: string;
  cycle_id: string;
  experiment: string;
  /** ISO 8601; no match runs longer. */
  deadline: string;
  /** The best of the search first. */
  entrants: Candidate[];
  /** What is in use; it plays the champion last. */
  baseline: Candidate;
  scale: Scale;
}

/** A match to be played. */
export interface MatchCall {
  match: string;
  a: string;
  b: string;
}

/** A tournament as its file keeps it. */
export interface TournamentRecord extends TournamentOrder {
  /** Matches that may be played at once; absent: whoever plays sees to it. */
  most_at_once?: number;
  played: Record<string, MatchReport>;
  /**
   * Matches that the end of each match opened, or made room for; `start` is the beginning. The same answer whenever it
   * is asked again.
   */
  opened: Record<string, MatchCall[]>;
}

/** Match of the champion against what is in use. */
export const TITLE = 'title';
const START = 'start';

/** Where the record of a tournament lies. Throws UNSAFE_FILE_NAME. */
export function recordPath(
  dreamLab: string,
  { cycle_id, experiment }: Pick<TournamentOrder, 'cycle_id' | 'experiment'>,
): string {
  return join(cycleFolder(dreamLab, cycle_id), fileName(`tournament-${fileName(experiment)}.json`));
}

/** Begins a tournament, or finds it begun: the matches that can be played at once, `mostAtOnce` of them. */
export async function openTournament(
  path: string,
  order: TournamentOrder,
  mostAtOnce?: number,
): Promise<TournamentRecord> {
  return change(path, (found) => {
    if (found !== undefined) return found;
    const limit = mostAtOnce === undefined ? {} : { most_at_once: mostAtOnce };
    const record: TournamentRecord = { ...order, ...limit, played: {}, opened: {} };
    return { ...record, opened: { [START]: callable(record) } };
  });
}

/**
 * Writes down how a match ended, and the matches that this end opened. Of two matches that end at once, only the later
 * one opens the next: they are written down one after the other. Telling it again changes nothing.
 */
export async function recordMatch(path: string, match: string, report: MatchReport): Promise<TournamentRecord> {
  return change(path, (record) => {
    if (record === undefined) throw new TypeError(`there is no tournament in ${path}`);
    if (Object.hasOwn(record.played, match)) return record;
    const played = { ...record, played: { ...record.played, [match]: report } };
    return { ...played, opened: { ...record.opened, [match]: callable(played) } };
  });
}

/** Matches opened at the beginning. */
export function firstCalls({ opened }: TournamentRecord): MatchCall[] {
  return opened[START] ?? [];
}

/** Whether the last match was played, or there is none to play. */
export function isOver(record: TournamentRecord): boolean {
  return TITLE in record.played || champion(record) === null;
}

/** The record, or undefined where there is none. */
export async function readRecord(path: string): Promise<TournamentRecord | undefined> {
  try {
    // Written by change() alone, atomically.
    return JSON.parse(await readFile(path, 'utf8')) as TournamentRecord;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function change(
  path: string,
  edit: (record: TournamentRecord | undefined) => TournamentRecord,
): Promise<TournamentRecord> {
  return withFileLock(path, async () => {
    const before = await readRecord(path);
    const after = edit(before);
    if (after !== before) await writeFileSafely(path, `${JSON.stringify(after, null, 2)}\n`);
    return after;
  });
}

/** Matches that can be played and that nothing has opened yet, as many as there is room for beside those that are played. */
function callable(record: TournamentRecord): MatchCall[] {
  const called = new Set(Object.values(record.opened).flatMap((calls) => calls.map(({ match }) => match)));
  const best = champion(record);
  const title = typeof best === 'string' ? [{ match: TITLE, a: best, b: record.baseline.id }] : [];
  const calls = playable(matchesOf(record)).map(({ id, a, b }) => ({ match: id, a, b }));
  const room =
    (record.most_at_once ?? Infinity) - [...called].filter((match) => !Object.hasOwn(record.played, match)).length;
  return [...calls, ...title]
    .filter(({ match }) => !called.has(match) && !Object.hasOwn(record.played, match))
    .slice(0, room);
}

function champion(record: TournamentRecord): string | null | undefined {
  return championOf(
    record.entrants.map(({ id }) => id),
    matchesOf(record),
  );
}

function matchesOf({ entrants, played }: TournamentRecord) {
  const winners = Object.fromEntries(Object.entries(played).map(([id, { winner }]) => [id, winner]));
  return bracketOf(
    entrants.map(({ id }) => id),
    winners,
  );
}
