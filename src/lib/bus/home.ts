import { existsSync } from 'node:fs';
import { systemClock } from '../base/clock.js';
import { errorCode, KlorosError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { adoptHome, lookAtHome, type Home } from '../config/home.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { openJournal } from './embedded/journal.js';
import { openObserver } from './open-observer.js';

/** How a home stands. */
export interface HomeStanding {
  /** Null where nothing has ever run. */
  home: Home | null;
  /** Whether its daemons wait until somebody adopts it. */
  isPaused: boolean;
}

type Place = Pick<Config, 'home' | 'capabilitiesPath'>;

const ADOPT = 'kloros home adopt';

/** Looks and writes nothing, also not what the next start will write. */
export function homeStanding(config: Place): HomeStanding {
  const home = existsSync(config.home) ? lookAtHome(config.home) : undefined;
  if (home === undefined) return { home: null, isPaused: false };
  const { home: known = home.id, 'home-pause': pause } = stateOf(config);
  return { home, isPaused: !home.adopted || known !== home.id || pause !== undefined };
}

/** Makes a copied home this machine's own: what its journal and its configuration name is worked on from now on. */
export async function adoptHomeOf(config: Place, log: Logger): Promise<Home> {
  const home = adoptHome(config.home);
  const { journal: path } = pathsOf(config);
  if (!existsSync(path)) return home;
  const journal = await openJournal(path, log);
  try {
    journal.owners.home.adopt(home, systemClock.nowMs());
  } finally {
    await journal.close();
  }
  return home;
}

/** Throws HOME_NOT_ADOPTED where what is written outside the home would be written into another colony's folders. */
export function requireAdopted(config: Place): void {
  const { home, isPaused } = homeStanding(config);
  if (!isPaused) return;
  throw new KlorosError({
    code: 'HOME_NOT_ADOPTED',
    message: `${config.home} may not change anything outside of it yet`,
    why: `its files come from ${home?.original?.path ?? 'another home'}, whose deploy root and source roots they name`,
    next: [`${ADOPT} --dry-run shows them`, `${ADOPT} makes it this machine's own`],
  });
}

function stateOf(config: Place): Record<string, unknown> {
  try {
    const observer = openObserver(config);
    try {
      return observer.state('colony');
    } finally {
      observer.close();
    }
  } catch (error) {
    if (errorCode(error) === 'JOURNAL_NOT_FOUND') return {};
    throw error;
  }
}
