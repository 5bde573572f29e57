import { KlorosError } from '../base/errors.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { openToLook } from './embedded/database.js';
import { observe } from './embedded/observe.js';
import type { Observer } from './observer.js';

/** Looks at the journal of a home. Throws KlorosError NO_JOURNAL where nothing has ever run, JOURNAL_DAMAGED and its like. */
export function openObserver(config: Pick<Config, 'home' | 'capabilitiesPath'>): Observer {
  const database = openToLook(pathsOf(config).journal);
  if (database !== undefined) return observe(database);
  throw new KlorosError({
    code: 'NO_JOURNAL',
    message: `There is no journal in ${config.home}`,
    why: 'nothing has run in this home yet, or it is another home that is meant',
    next: ['kloros up', 'kloros config show home'],
  });
}
