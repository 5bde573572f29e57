import { INTENT_CAUSE, NAMING_SIGNALS } from '../../signals/subject.js';
import type { Database } from './database.js';
import type { Operations } from './operations.js';
import { bounded, type StoredRow } from './reader.js';

/** What is looked for names in. */
export type NamingRow = Pick<StoredRow, 'seq' | 'id' | 'name' | 'atMs' | 'frame'>;

/** A stretch of the journal whose names are not written down yet. */
export interface UnindexedPage {
  /** Those that may name something. */
  rows: NamingRow[];
  upToSeq: number;
}

/** By the very bytes that our frames have; peers have no intents. */
const INTENT_BYTES = Buffer.from(`"cause_id":"${INTENT_CAUSE}`);

/** Prepares what reads the next `size` signals behind the mark `indexed`, of them those that may name something. */
export function openUnindexed(database: Database, size: number): () => UnindexedPage | undefined {
  const bounds = database.prepare<[number], { fromSeq: number; upToSeq: number | null }>(
    `SELECT value AS fromSeq, (SELECT max(seq) FROM (SELECT seq FROM signals WHERE seq > value ORDER BY seq LIMIT ?)) AS upToSeq
     FROM meta WHERE key = 'indexed'`,
  );
  const naming = database.prepare<[number, number, string, Buffer], NamingRow>(
    `SELECT seq, signals.id, names.name, at_ms AS atMs, frame FROM signals JOIN names ON names.id = name_id
     WHERE seq > ? AND seq <= ? AND (names.name IN (SELECT value FROM json_each(?)) OR instr(frame, ?)) ORDER BY seq`,
  );
  const signals = JSON.stringify(NAMING_SIGNALS);
  return () => {
    const { fromSeq = 0, upToSeq = null } = bounds.get(size) ?? {};
    if (upToSeq === null) return undefined;
    const { rows, isCut } = bounded(naming.iterate(fromSeq, upToSeq, signals, INTENT_BYTES), size);
    return { rows, upToSeq: isCut ? (rows.at(-1)?.seq ?? upToSeq) : upToSeq };
  };
}

/** Prepares what writes names down; of a signal that is gone since it was read, nothing. */
export function openSubjectWriter(database: Database): (input: Operations['index']['in']) => void {
  const add = database.prepare('INSERT OR IGNORE INTO subjects SELECT ?, ?, seq FROM signals WHERE seq = ?');
  const mark = database.prepare("UPDATE meta SET value = ? WHERE key = 'indexed' AND value < ?");
  return ({ entries, upToSeq }) => {
    for (const { name, kind, seq } of entries) add.run(name, kind, seq);
    mark.run(upToSeq, upToSeq);
  };
}
