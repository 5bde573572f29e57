import { dirname } from 'node:path';
import { errorCode, toError } from '../../base/errors.js';
import { formatBytes } from '../../base/formats.js';
import type { Integrity } from '../../bus/observer.js';
import { pathsOf } from '../../config/paths.js';
import { result, type HealthCheck, type HealthView } from '../check.js';

/** The journal is what it should be. */
export const journal: HealthCheck = {
  name: 'journal',
  asks: 'whether the journal can be read and its pages and indexes agree',
  run: async ({ config, observer }) => {
    const { problems, looked, complete, bytes } = lookInto(observer, config.health.journalWholeBytes);
    const how = complete ? 'every page' : 'the small tables and a sample';
    const folder = dirname(pathsOf(config).journal);
    return result(problems.length > 0 ? 'CRITICAL' : 'OK', {
      why:
        problems.length > 0
          ? `damaged: ${problems[0] ?? ''}${problems.length > 1 ? ` (and ${problems.length - 1} more)` : ''}`
          : `sound: ${how} of ${formatBytes(bytes)} and ${looked} signals looked at`,
      figures: [
        { name: 'problems', value: problems.length, unit: '', critical: 0 },
        { name: 'bytes', value: bytes, unit: 'B' },
      ],
      next: [
        'stop the colony',
        `keep what is there and begin anew: mv ${folder} ${folder}.damaged`,
        'or put a backup in its place',
      ],
    });
  },
};

/** A journal that is damaged so much that it cannot be opened is no question that cannot be answered. */
function lookInto(observer: HealthView['observer'], wholeBytes: number): Integrity {
  try {
    return observer().integrity(wholeBytes);
  } catch (error) {
    if (errorCode(error) !== 'JOURNAL_DAMAGED') throw error;
    return { problems: [toError(error).message], looked: 0, complete: false, bytes: 0 };
  }
}
