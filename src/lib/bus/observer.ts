import type { ProcessIdentity } from '../base/process-identity.js';
import type { Acceptance } from '../signals/origin.js';
import type { SubjectKind } from '../signals/subject.js';
import type { BegunWork, BrowseQuery, ConsumerStatus, DeadLetter, Pause, Recorded, Refusal, Standing } from './bus.js';

/** A stretch of the journal. */
export interface TimeRange {
  /** Epoch milliseconds, both included. */
  sinceMs: number;
  untilMs: number;
}

/** Which of the newest are meant; all where nothing is said. */
export interface LatestQuery {
  /** Before this position. */
  beforeSeq?: number | undefined;
  /** What somebody who takes it from there would see: a stranger may say anything under any name. */
  accepts?: Acceptance;
}

/** How many signals of one name were said in one stretch of time. */
export interface Count {
  /** Epoch milliseconds at which the stretch begins. */
  atMs: number;
  signal: string;
  count: number;
}

/** What one source said under one name. */
export interface Total {
  signal: string;
  source: string;
  count: number;
  /** Of the frames. */
  bytes: number;
  /** Epoch milliseconds of the first and the last. */
  firstMs: number;
  lastMs: number;
}

/** What of one name and source is not settled, or failed; the attempts are those of both. */
export interface Trouble {
  signal: string;
  source: string;
  open: number;
  attempts: number;
  dead: number;
}

/** Open work of one daemon: a signal that it has fetched and not settled. */
export interface OpenWork {
  consumer: string;
  seq: number;
  signalId: string;
  signal: string;
  /** Epoch milliseconds at which the signal was said. */
  atMs: number;
  state: 'running' | 'waiting';
  attempts: number;
  deaths: number;
  replay: number;
  /** Epoch milliseconds before which it is not tried; 0 when it may be tried at once. */
  notBeforeMs: number;
}

/** The oldest signal that a consumer has not settled. */
export interface Wait {
  consumer: string;
  seq: number;
  signalId: string;
  signal: string;
  /** Epoch milliseconds at which it was said. */
  atMs: number;
}

/** What retention may not remove because a consumer has still to see or settle the first of it. */
export interface Holding {
  consumer: string;
  signals: number;
  bytes: number;
  /** Of them, those that are old enough to be removed. */
  overdue: number;
}

/** A chain in which something is named. */
export interface NamedChain {
  kind: SubjectKind;
  /** Id of its root. */
  trace: string;
}

/** A live process at the journal. */
export interface Attendant extends ProcessIdentity {
  /** Daemon or command. */
  name: string;
}

/** What a look into the journal's own order found; `problems` is empty where all is well. */
export interface Integrity {
  problems: string[];
  /** Signals looked at one by one. */
  looked: number;
  /** Every page was looked at, and not a sample. */
  complete: boolean;
  bytes: number;
}

/**
 * Looks at the journal and changes nothing: no place among the owners, no socket, no write.
 * So it may look at a colony that is full, stopped, or somebody else's.
 */
export interface Observer {
  /** Positions of the first and the last signal of a stretch of time; undefined where there is none. */
  window(range: TimeRange): { first: number; last: number } | undefined;
  /** Oldest first, at most 500. */
  page(query: BrowseQuery): Recorded[];
  /** The newest of one name, newest first. */
  latest(signal: string, limit: number, only?: LatestQuery): Recorded[];
  find(id: string): Recorded | undefined;
  /** Ids that begin so, at most `limit`. */
  idsLike(prefix: string, limit: number): string[];
  /** Chains whose signals name it, the newest first, each once for each kind; of a name that is said all the time, those of lately. */
  chainsOf(name: string): NamedChain[];
  newest(): number;
  /** Epoch milliseconds of the oldest and the newest signal by time; null in an empty journal. */
  span(): { oldestMs: number; newestMs: number } | null;
  /** Signals of each name after a position, and the newest position, in one look. */
  countsAfter(afterSeq: number): { newest: number; bySignal: ReadonlyMap<string, number> };
  /** Signals of each name in each stretch of `everyMs`, in order of time. */
  counts(range: TimeRange, everyMs: number): Count[];
  /** By name and source, of what lies between two positions, both included, and in the stretch of time. */
  totals(range: TimeRange, between: { first: number; last: number }): Total[];
  /** Open work and open dead letters of a stretch of time. */
  troubles(range: TimeRange): Trouble[];
  /** Positions that nobody has, at most 100 stretches: retention took them, or the end of the journal was once lost. */
  holes(between: { first: number; last: number }): { from: number; to: number }[];
  /** What was not taken from where it came, the latest first. */
  refusals(): Refusal[];
  /** Up to where the hub has published. */
  published(): number;
  consumers(): ConsumerStatus[];
  /** Also of daemons that are no consumers. */
  pauseOf(daemon: string): Pause | undefined;
  /** Open work, the oldest signal first, at most `limit`; of one signal where its position is given. */
  openWork(query: { limit: number; seq?: number }): OpenWork[];
  /** Of each enabled consumer that has something to do, the oldest of it. */
  waits(): Wait[];
  /** Of each of those, what is kept for it; overdue is what was said before `beforeMs`. */
  holdings(beforeMs: number): Holding[];
  /** Enabled consumers that hear a name. */
  hearers(signal: string): string[];
  standing(daemon: string, signalId: string): Standing;
  /** What a daemon has begun with and not ended, after a position, in order, at most 500. */
  begun(daemon: string, afterSeq: number): BegunWork[];
  /** Open dead letters of the signal at a position. */
  deadOf(seq: number): DeadLetter[];
  /** Open dead letters after a number, at most 500. */
  deadLetters(afterNumber: number): DeadLetter[];
  /** What a daemon keeps between signals. */
  state(daemon: string): Record<string, unknown>;
  attendants(): Attendant[];
  /** How full the write-ahead log is, how much of it waits to be copied, and who is in the middle of reading just now. */
  wal(): { usedBytes: number; waitingBytes: number; readers: number[] };
  /** Looks at every page where the journal is smaller than `wholeBytes`, else at the small tables and a sample. */
  integrity(wholeBytes: number): Integrity;
  close(): void;
}
