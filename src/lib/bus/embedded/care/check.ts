import { openToLook, type Database } from '../database.js';
import { damageNote } from '../damage-note.js';
import { readHighWater } from '../high-water.js';
import { isDamage } from '../journal-errors.js';
import { readersNow } from '../lock-holders.js';
import { errorCode, toError } from '../../../base/errors.js';
import { openReader } from '../reader.js';
import { signalOf } from '../rows.js';
import { noJournal } from './no-journal.js';

/** What a look at a whole journal found. */
export interface JournalCheck {
  path: string;
  status: 'sound' | 'suspect' | 'damaged';
  /** Each a sentence; empty where it is sound. */
  problems: string[];
  bytes: number;
  version: number;
  signals: number;
  newest: number;
  wal: { usedBytes: number; waitingBytes: number };
  /** Processes in the middle of reading it, which hold back its write-ahead log. */
  readers: number[];
}

const MOST_PROBLEMS = 20;

/** What one table says of another, each a question whose answer is how often it is not so. */
const REFERENCES: readonly (readonly [what: string, query: string])[] = [
  ['signals have a name that is not in the table of names', 'FROM signals WHERE name_id NOT IN (SELECT id FROM names)'],
  ['rows of work belong to no consumer', 'FROM work WHERE consumer NOT IN (SELECT id FROM consumers)'],
  [
    'rows of work are about signals that are not there',
    'FROM work WHERE NOT EXISTS (SELECT 1 FROM signals WHERE signals.seq = work.seq)',
  ],
  [
    'dead letters are about signals that are not there',
    'FROM dead WHERE seq IS NOT NULL AND NOT EXISTS (SELECT 1 FROM signals WHERE signals.seq = dead.seq)',
  ],
  [
    'names of subjects are about signals that are not there',
    'FROM subjects WHERE NOT EXISTS (SELECT 1 FROM signals WHERE signals.seq = subjects.seq)',
  ],
];

/** Looks at every page, every reference and every signal of a journal, and changes nothing. Throws JOURNAL_NOT_FOUND. */
export function checkJournal(path: string): JournalCheck {
  const nothing = { path, bytes: 0, version: 0, signals: 0, newest: 0, wal: { usedBytes: 0, waitingBytes: 0 } };
  try {
    const database = openToLook(path);
    if (database === undefined) throw noJournal(path);
    try {
      return {
        ...nothing,
        ...lookInto(database, path),
        readers: readersNow(path).filter((pid) => pid !== process.pid),
      };
    } finally {
      database.close();
    }
  } catch (error) {
    if (errorCode(error) !== 'JOURNAL_DAMAGED' && !isDamage(error)) throw error;
    return { ...nothing, status: 'damaged', problems: [wordsOf(error)], readers: [] };
  }
}

function lookInto(database: Database, path: string) {
  const damage = [
    ...pagesOf(database),
    ...orDamage(() => referencesOf(database)),
    ...orDamage(() => framesOf(database)),
  ];
  const shown = damage.length > 0 ? orNothing(() => figuresOf(database)) : figuresOf(database);
  const doubts = shown === undefined ? [] : doubtsOf(path, shown.highest);
  const status = damage.length > 0 ? 'damaged' : doubts.length > 0 ? 'suspect' : 'sound';
  return { ...shown, status, problems: [...damage, ...doubts].slice(0, MOST_PROBLEMS) } as const;
}

function figuresOf(database: Database) {
  const count = (query: string) => Number(database.prepare(query).pluck().get() ?? 0);
  const read = openReader(database);
  return {
    bytes: count('SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()'),
    version: count('SELECT user_version FROM pragma_user_version()'),
    signals: count('SELECT count(*) FROM signals'),
    newest: read.newest(),
    highest: count("SELECT seq FROM sqlite_sequence WHERE name = 'signals'"),
    wal: read.wal(),
  };
}

function pagesOf(database: Database): string[] {
  return orDamage(() => {
    const rows = database.pragma(`integrity_check(${MOST_PROBLEMS})`) as { integrity_check: string }[];
    return rows.map((row) => row.integrity_check).filter((text) => text !== 'ok');
  });
}

function referencesOf(database: Database): string[] {
  return REFERENCES.flatMap(([what, query]) => {
    const count = Number(database.prepare(`SELECT count(*) ${query}`).pluck().get());
    return count === 0 ? [] : [`${count} ${what}`];
  });
}

/** Pages can be in order and their content not what was written. */
function framesOf(database: Database): string[] {
  const read = openReader(database);
  const problems: string[] = [];
  for (let afterSeq = 0; problems.length < MOST_PROBLEMS;) {
    const page = read.page({ afterSeq });
    if (page.length === 0) break;
    afterSeq = page.at(-1)?.seq ?? afterSeq;
    for (const row of page) {
      const { unreadable } = signalOf(row);
      if (unreadable !== undefined) problems.push(`signal ${row.seq} (${row.id}) cannot be decoded: ${unreadable}`);
    }
  }
  return problems;
}

/** What is in order by itself and does not fit what else is known. */
function doubtsOf(path: string, highest: number): string[] {
  const mark = readHighWater(path);
  const note = damageNote(path);
  return [
    ...(highest < mark
      ? [`its newest ${mark - highest} signals are missing: it was cut off, or is an older copy`]
      : []),
    ...(note === undefined ? [] : [`process ${note.pid} met damage at ${note.at} (${note.why}) that is not found now`]),
  ];
}

function orDamage(look: () => string[]): string[] {
  try {
    return look();
  } catch (error) {
    if (!isDamage(error)) throw error;
    return [wordsOf(error)];
  }
}

function orNothing<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined; // It is known to be damaged, and these are figures beside that.
  }
}

function wordsOf(error: unknown): string {
  return toError(error).message;
}
