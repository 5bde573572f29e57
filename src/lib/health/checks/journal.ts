import { setTimeout as sleep } from 'node:timers/promises';
import { errorCode, toError } from '../../base/errors.js';
import { formatBytes } from '../../base/formats.js';
import { commandOf } from '../../base/process-identity.js';
import type { Integrity, Observer } from '../../bus/observer.js';
import { result, type CheckResult, type HealthView, type JournalFileCheck } from '../check.js';

/** The hub begins a log of 32 MiB anew, and copies it all the time: so much waits only where somebody lets it not. */
const MOST_WAITING_BYTES = 128 * 1024 * 1024;
/** Who still reads after this is in the middle of something long, and not of a page. */
const LOOK_AGAIN_MS = 300;

/** The journal is what it should be. */
export const journal: JournalFileCheck = {
  name: 'journal',
  asks: 'whether the journal can be read, its pages and indexes agree, and its write-ahead log is copied',
  run: async ({ config, observer }) => {
    const integrity = lookInto(observer, config.health.journalWholeBytes);
    return integrity.problems.length > 0 ? damaged(integrity) : ((await heldLog(observer())) ?? sound(integrity));
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

/** A reader that does not end its look keeps the log from being copied: it grows until the disk is full. */
async function heldLog(observer: Observer): Promise<CheckResult | undefined> {
  const { waitingBytes, readers } = observer.wal();
  if (waitingBytes <= MOST_WAITING_BYTES) return undefined;
  await sleep(LOOK_AGAIN_MS);
  const still = observer.wal().readers.filter((pid) => readers.includes(pid));
  const who = still.map((pid) => `process ${pid} (${commandOf(pid) || 'unknown'})`).join(', ');
  return result('WARNING', {
    why: `${formatBytes(waitingBytes)} of the write-ahead log cannot be copied: ${who === '' ? 'nobody copies it, or a reader that cannot be seen from here is in the way' : `${who} reads it all the time`}`,
    figures: [{ name: 'wal_waiting_bytes', value: waitingBytes, unit: 'B', warning: MOST_WAITING_BYTES }],
    next:
      still.length > 0
        ? still.map((pid) => `let process ${pid} end its look`)
        : ['kloros daemon status', 'kloros journal check'],
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
