import type { ProcessIdentity } from '../../base/process-identity.js';
import type { DeadLetterDraft, Failure, Forgotten, Outage, Pause, StateChange } from '../bus.js';
import type { Entrance } from '../../signals/origin.js';
import type { NamedSubject } from '../../signals/subject.js';

/** A signal as a journal row. */
export interface Row {
  id: string;
  name: string;
  trace: string;
  atMs: number;
  /** 0 critical to 3 low. */
  priority: number;
  frame: Buffer;
  /** By which door it came in. */
  from: Entrance;
  /** The least of all that led to it; `from` itself at a root. */
  chain: Entrance;
}

/** A row as it is claimed. */
export interface Claimed {
  seq: number;
  id: string;
  name: string;
  frame: Buffer;
  atMs: number;
  attempt: number;
  deaths: number;
  replay: number;
  token: number;
  from: Entrance;
  chain: Entrance;
}

/** A foreign message with the keys under which a repetition is the same message. */
export interface ForeignRow {
  row: Row;
  seen: { key: string; untilMs: number };
}

/** As which signal a foreign message stands in the journal; a duplicate stood there before. */
export interface ForeignAnswer {
  id: string;
  duplicate: boolean;
}

/** What a door refused of one name and entrance; its content is nowhere but in the sample. */
export interface DoorRefusal {
  name: string;
  from: Entrance;
  reason: string;
  count: number;
  /** E.g. digest, size and first bytes; bounded. */
  sample: string | null;
}

/** That a signal names something. */
export interface SubjectEntry extends NamedSubject {
  seq: number;
}

/** How an attempt ended, as plain data. */
export type SettleOutcome =
  | { kind: 'done'; rows: Row[]; deadLetters: DeadLetterDraft[]; state: StateChange[] }
  | { kind: 'retry'; failure: Failure; notBeforeMs: number }
  | { kind: 'dead'; failure: Failure }
  | { kind: 'release'; notBeforeMs: number };

/**
 * Everything that is written to the journal, as plain data, so that another process could write it for us (D1).
 * `in` is what an operation needs, `out` what it answers.
 */
export interface Operations {
  append: { in: { rows: Row[] }; out: void };
  appendForeign: { in: { rows: ForeignRow[]; nowMs: number }; out: ForeignAnswer[] };
  say: {
    in: { daemon: string; rows: Row[]; deadLetters: DeadLetterDraft[]; state: StateChange[]; nowMs: number };
    out: void;
  };
  claim: {
    in: { consumer: number; owner: number; limit: number; inFlight: number; nowMs: number; ingest: number };
    out: Claimed[];
  };
  settle: {
    in: { consumer: number; seq: number; token: number; outcome: SettleOutcome; nowMs: number };
    out: 'settled' | 'dead' | 'fenced' | 'conflict';
  };
  takeOver: { in: { consumer: number; owners: number[] }; out: number };
  beat: { in: { owner: number }; out: void };
  leave: { in: { owner: number }; out: void };
  report: { in: { consumer: string; identity: ProcessIdentity; outage: Outage | null }; out: void };
  pause: { in: { daemons: readonly string[] | null; pause: Pause | null }; out: void };
  forget: { in: { consumer: string; nowMs: number }; out: Forgotten };
  /** Counts what a door refused. */
  refuse: { in: { refusals: DoorRefusal[]; nowMs: number }; out: void };
  /** Moves cursors that are so many signals behind to the end of the journal, where nothing that they take lies between. */
  pass: { in: { behind: number }; out: void };
  reopen: { in: { number: number }; out: number };
  resolve: { in: { number: number }; out: number };
  mark: { in: { key: 'hub_cursor' | 'projected'; value: number }; out: void };
  /** Writes down what signals name that lie between the last time and `upToSeq`. */
  index: { in: { entries: SubjectEntry[]; upToSeq: number }; out: void };
  /** Never uses positions up to seq again; answers the newest position before. */
  resumeAbove: { in: { seq: number }; out: number };
  retain: { in: { upToSeq: number; beforeMs: number | null; limit: number }; out: number };
}

/** Name of an operation. */
export type Kind = keyof Operations;

/** One operation of a kind. */
export type Operation<K extends Kind = Kind> = { [P in K]: { kind: P } & Operations[P]['in'] }[K];

/** What an operation of a kind answers. */
export type Answer<K extends Kind> = Operations[K]['out'];

/** Operations that a power cut may undo: they only lower a count or cost a repetition (D3). */
const RELAXED: ReadonlySet<Kind> = new Set([
  'claim',
  'beat',
  'takeOver',
  'mark',
  'index',
  'retain',
  'leave',
  'report',
  'refuse',
  'pass',
]);

/** Whether an operation must be on the disk before it is answered. */
export function isDurable(kind: Kind): boolean {
  return !RELAXED.has(kind);
}

/** Operations that may be refused, each by itself, while the rest of its commit stands. */
const REFUSABLE: ReadonlySet<Kind> = new Set(['append', 'appendForeign', 'say', 'reopen', 'forget']);

/** Whether an operation may be refused by itself. */
export function isRefusable({ kind }: Operation): boolean {
  return REFUSABLE.has(kind);
}

/** Whether it may be refused halfway, and so needs a place to go back to. One row alone is written or not, and a mark for each costs. */
export function needsMark(operation: Operation): boolean {
  return isRefusable(operation) && !(operation.kind === 'append' && operation.rows.length === 1);
}
