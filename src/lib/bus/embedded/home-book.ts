import type { Home } from '../../config/home.js';
import type { Pause } from '../bus.js';
import type { Database } from './database.js';

/** Owner of rows of the state table that are no daemon's. */
const COLONY = 'colony';
const HOME = 'home';
const PAUSE = 'home-pause';

/** Whose journal this is. */
export interface HomeBook {
  /**
   * Binds the journal to a home. One that was another's, or a copy of one, has owners and leases of that other: they are
   * cleared, and all daemons are paused, because the source roots and the deploy root are the other's too.
   */
  settle(home: Home, nowMs: number): void;
  /** The operator's word that what the journal and the configuration name is this home's to work on. */
  adopt(home: Home, nowMs: number): void;
  /** Why the daemons of a home that nobody adopted do nothing. */
  pause(): Pause | undefined;
}

/** Prepares the statements about the home that a journal belongs to. */
export function openHomeBook(database: Database): HomeBook {
  const get = database
    .prepare<[string, string], string>('SELECT value FROM state WHERE daemon = ? AND key = ?')
    .pluck();
  const put = database.prepare(
    'INSERT INTO state (daemon, key, value) VALUES (?, ?, ?) ON CONFLICT (daemon, key) DO UPDATE SET value = excluded.value',
  );
  const drop = database.prepare('DELETE FROM state WHERE daemon = ? AND key = ?');
  const release = database.prepare('UPDATE work SET token = 0, owner = 0 WHERE owner <> 0');
  const forget = database.prepare('DELETE FROM owners');
  const isOf = ({ id }: Home) => get.get(COLONY, HOME) === JSON.stringify(id);

  const bind = database.transaction((home: Home, nowMs: number) => {
    if (isOf(home)) return; // Somebody else was faster.
    if (get.get(COLONY, HOME) !== undefined || !home.adopted) {
      release.run();
      forget.run();
      put.run(COLONY, PAUSE, JSON.stringify(pauseOf(home, nowMs)));
    }
    put.run(COLONY, HOME, JSON.stringify(home.id));
  });
  return {
    settle: (home, nowMs) => {
      if (!isOf(home)) bind.immediate(home, nowMs);
    },
    adopt: (home, nowMs) => {
      bind.immediate(home, nowMs);
      drop.run(COLONY, PAUSE);
    },
    pause: () => {
      const said = get.get(COLONY, PAUSE);
      return said === undefined ? undefined : (JSON.parse(said) as Pause);
    },
  };
}

function pauseOf({ original }: Home, sinceMs: number): Pause {
  const what =
    original === null ? 'its journal is another home’s' : `it was copied, restored or moved from ${original.path}`;
  return { by: 'this home', reason: what, sinceMs, lift: 'kloros home adopt' };
}
