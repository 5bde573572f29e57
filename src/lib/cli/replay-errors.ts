import { KlorosError } from '../base/errors.js';
import { usageError } from './command-error.js';

/** A replay of everything has to be asked for. */
export function nothingChosen() {
  return usageError('Nothing is chosen', 'neither ids nor a filter nor --all is given', [
    'kloros dlq groups',
    'kloros dlq replay --group GROUP --dry-run',
  ]);
}

/** `flag` goes on with a replay, or ends it. */
export function frozen(flag: string) {
  return usageError(`${flag} takes no ids`, 'the selection was frozen when that replay started', [
    `kloros dlq replay ${flag}`,
  ]);
}

/** No replay was begun and not ended. */
export function nothingToResume(): KlorosError {
  return new KlorosError({
    code: 'REPLAY_NOT_FOUND',
    message: 'There is no replay to go on with',
    why: 'none was interrupted',
    next: ['kloros dlq replay --group GROUP'],
  });
}
