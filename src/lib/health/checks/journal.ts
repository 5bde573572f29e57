import { errorCode, toError } from '../../base/errors.js';
import { formatBytes } from '../../base/formats.js';
import type { Integrity } from '../../bus/observer.js';
import { result, type CheckResult, type HealthView, type JournalFileCheck } from '../check.js';

/** The journal is what it should be. */
export const journal: JournalFileCheck = {
  name: 'journal',
  asks: 'whether the journal can be read, and its pages and indexes agree',
  run: async ({ config, observer }) => {
    const integrity = lookInto(observer, config.health.journalWholeBytes);
    return integrity.problems.length > 0 ? damaged(integrity) : sound(integrity);
  },
};

function sound(integrity: Integrity): CheckResult {
  const { looked, complete, bytes } = integrity;
  const how = complete ? 'every page' : 'the small tables and a sample';
  const why = `sound: ${how} of ${formatBytes(bytes)} and ${looked} signals looked at`;
  return result('OK', { why, figures: figuresOf(integrity), next: [] });
}

function damaged(integrity: Integrity): CheckResult {
  const [first = '', ...more] = integrity.problems;
  return result('CRITICAL', {
    why: `damaged: ${first}${more.length > 0 ? ` (and ${more.length} more)` : ''}`,
    figures: figuresOf(integrity),
    next: [
      'see what is damaged: kloros journal check',
      'copy what can be read into a fresh journal: kloros daemon stop --all, kloros journal salvage',
      'or put a backup in its place: kloros journal restore <file>',
    ],
  });
}

function figuresOf({ problems, bytes }: Integrity): CheckResult['figures'] {
  return [
    { name: 'problems', value: problems.length, unit: '', critical: 0 },
    { name: 'bytes', value: bytes, unit: 'B' },
  ];
}

/** A journal that is damaged so much that it cannot be opened is no question that cannot be answered. */
function lookInto(observer: HealthView['observer'], wholeBytes: number): Integrity {
  try {
    return observer().integrity(wholeBytes);
  } catch (error) {
    if (errorCode(error) !== 'JOURNAL_DAMAGED') throw error;
    return { problems: [toError(error).message], looked: 0, complete: false, bytes: 0 };
  }
}
