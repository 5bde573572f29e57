import { dirname } from 'node:path';
import { KlorosError } from '../../../base/errors.js';

/** Nothing to check, to copy or to mend. */
export function noJournal(path: string): KlorosError {
  return new KlorosError({
    code: 'JOURNAL_NOT_FOUND',
    message: `There is no journal in ${dirname(dirname(path))}`,
    why: 'nothing has run in this home yet, or it is another home that is meant',
    next: ['kloros config show home'],
  });
}
