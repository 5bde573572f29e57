import { shortName } from '../../base/short-name.js';
import { decodeFrame } from '../../signals/codec.js';
import { killReason, killTargets, KILL, mayKill } from '../../signals/kill.js';
import type { Facts } from '../../signals/envelope.js';
import type { Pause } from '../bus.js';
import type { Database } from './database.js';
import { openHomeBook } from './home-book.js';
import type { Row } from './operations.js';

/** A pause, or the lifting of one, for some daemons or for all (null). */
export interface PauseChange {
  daemons: readonly string[] | null;
  /** Null lets them go on. */
  pause: Pause | null;
}

/** Who consumes nothing, and by whose word. */
export interface PauseBook {
  /** A home that nobody adopted pauses everybody, whatever else was said. */
  of(daemon: string): Pause | undefined;
  change(change: PauseChange): void;
  /** Obeys a row that was just appended, where it is a kill of somebody who may: in its own transaction, so that no claim comes in between. */
  obey(row: Row): void;
}

/** Owner of rows of the state table that are no daemon's. */
const COLONY = 'colony';
const ALL = 'pause:*';
const EVERY_PAUSE = ['pause:', 'pause;'] as const; // From the prefix to the character that follows its last.
/** Lets one go on while all are paused. */
const EXEMPT = 'null';

/**
 * Prepares the statements about pauses. A word about one daemon is newer than the word about all, since a word about
 * all takes the single ones away; so a daemon obeys its own word, and that for all where it has none.
 */
export function openPauses(database: Database): PauseBook {
  const read = database
    .prepare<[string, string], string>('SELECT value FROM state WHERE daemon = ? AND key = ?')
    .pluck();
  const put = database.prepare(
    'INSERT INTO state (daemon, key, value) VALUES (?, ?, ?) ON CONFLICT (daemon, key) DO UPDATE SET value = excluded.value',
  );
  const forget = database.prepare('DELETE FROM state WHERE daemon = ? AND key = ?');
  const forgetAll = database.prepare('DELETE FROM state WHERE daemon = ? AND key >= ? AND key < ?');
  const home = openHomeBook(database);
  const keyOf = (daemon: string) => `pause:${shortName(daemon)}`;

  const changeAll = (pause: Pause | null) => {
    forgetAll.run(COLONY, ...EVERY_PAUSE);
    if (pause !== null) put.run(COLONY, ALL, JSON.stringify(pause));
  };
  const changeOne = (daemon: string, pause: Pause | null) => {
    if (pause !== null) put.run(COLONY, keyOf(daemon), JSON.stringify(pause));
    else if (read.get(COLONY, ALL) !== undefined) put.run(COLONY, keyOf(daemon), EXEMPT);
    else forget.run(COLONY, keyOf(daemon));
  };
  const change = ({ daemons, pause }: PauseChange) => {
    if (daemons === null) changeAll(pause);
    else for (const daemon of daemons) changeOne(daemon, pause);
  };
  return {
    of: (daemon) => {
      const whole = home.pause();
      if (whole !== undefined) return whole;
      const word = read.get(COLONY, keyOf(daemon)) ?? read.get(COLONY, ALL);
      return word === undefined || word === EXEMPT ? undefined : (JSON.parse(word) as Pause);
    },
    change,
    obey: (row) => {
      if (row.name === KILL && mayKill(row.from)) change(killOf(row));
    },
  };
}

function killOf(row: Row): PauseChange {
  const { source, facts } = spokenBy(row);
  const { origin } = row.from;
  const pause = { by: `${KILL} from ${source} (${origin})`, reason: killReason(facts), sinceMs: row.atMs };
  return { daemons: killTargets(facts), pause };
}

/** A frame that cannot be read names nobody, and so means everybody. */
function spokenBy(row: Row): { source: string; facts: Facts } {
  try {
    return decodeFrame(row.name, row.frame, { id: row.id, receivedAtMs: row.atMs });
  } catch {
    return { source: 'unknown', facts: {} };
  }
}
