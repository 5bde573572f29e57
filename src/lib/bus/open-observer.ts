import { KlorosError } from '../base/errors.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { openToLook, type Database } from './embedded/database.js';
import { watched } from './embedded/guard.js';
import { explainedError, isBusy, isDamage } from './embedded/journal-errors.js';
import { observe } from './embedded/observe.js';
import { untilNotBusy } from './embedded/patience.js';
import type { Observer } from './observer.js';

/** Looks at the journal of a home. Throws KlorosError JOURNAL_NOT_FOUND where nothing has ever run, JOURNAL_DAMAGED and its like. */
export function openObserver(config: Pick<Config, 'home' | 'capabilitiesPath'>): Observer {
  const { journal: path } = pathsOf(config);
  const database = openToLook(path);
  if (database !== undefined) return observedWell(path, database);
  throw noJournal(config);
}

/** Nothing has ever run in this home. */
export function noJournal({ home }: Pick<Config, 'home'>): KlorosError {
  return new KlorosError({
    code: 'JOURNAL_NOT_FOUND',
    message: `There is no journal in ${home}`,
    why: 'nothing has run in this home yet, or it is another home that is meant',
    next: ['kloros up', 'kloros config show home'],
  });
}

/** What cannot be read, or not now, is told in words, be it at once or in the middle of a page. */
function observedWell(path: string, database: Database): Observer {
  const explain = (error: unknown) => (isDamage(error) || isBusy(error) ? explainedError(path, error) : error);
  try {
    return watched(
      untilNotBusy(path, () => observe(database)),
      explain,
    );
  } catch (error) {
    database.close();
    throw explain(error);
  }
}
