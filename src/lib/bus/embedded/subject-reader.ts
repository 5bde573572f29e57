import { SUBJECT_KINDS, subjectsOf, type SubjectKind } from '../../signals/subject.js';
import type { NamedChain, Observer } from '../observer.js';
import type { Database } from './database.js';
import type { StoredRow } from './reader.js';
import { signalOf } from './rows.js';

/** A name may be said by every signal of a journal; more of them are not looked at. */
const MOST_ROWS = 500;

/** Prepares what finds the chains of a name: by the table, and behind its mark by reading. */
export function openChainsOf(database: Database): Observer['chainsOf'] {
  const written = openWritten(database);
  const tail = openTail(database);
  return (name) => {
    const { chains, upToSeq } = written(name);
    const found = [...tail(name, upToSeq), ...chains];
    return [...new Map(found.map((chain) => [`${chain.kind} ${chain.trace}`, chain])).values()];
  };
}

interface Written {
  chains: NamedChain[];
  /** Up to where the names of signals are written down. */
  upToSeq: number;
}

function openWritten(database: Database): (name: string) => Written {
  const has = database.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'subjects'").get() !== undefined;
  // Who only looks brings no journal up to date: one of an earlier version has to be read.
  if (!has) return () => ({ chains: [], upToSeq: 0 });
  const ofKind = database.prepare<[string, string, number], NamedChain>(
    `SELECT kind, trace FROM subjects JOIN signals USING (seq) WHERE subjects.name = ? AND kind = ? ORDER BY seq DESC LIMIT ?`,
  );
  const mark = database.prepare<[], number>("SELECT value FROM meta WHERE key = 'indexed'").pluck();
  // In one transaction: what the hub writes down in between would be missed by both.
  return database.transaction((name: string) => ({
    chains: SUBJECT_KINDS.flatMap((kind: SubjectKind) => ofKind.all(name, kind, MOST_ROWS)),
    upToSeq: mark.get() ?? 0,
  }));
}

/** What was said since the hub last wrote names down; all of it where no hub ever did, which takes a second a million. */
function openTail(database: Database): (name: string, afterSeq: number) => NamedChain[] {
  const rows = database.prepare<[number, Buffer, number], StoredRow>(
    `SELECT seq, signals.id, names.name, at_ms AS atMs, frame FROM signals JOIN names ON names.id = name_id
     WHERE seq > ? AND instr(frame, ?) ORDER BY seq DESC LIMIT ?`,
  );
  return (name, afterSeq) =>
    rows.all(afterSeq, Buffer.from(JSON.stringify(name).slice(1, -1)), MOST_ROWS).flatMap((row) => {
      const signal = signalOf(row);
      return subjectsOf(signal)
        .filter((subject) => subject.name === name)
        .map(({ kind }) => ({ kind, trace: signal.trace }));
    });
}
