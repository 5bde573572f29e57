import type { Database } from './database.js';
import { TAKEN_BY_MASK } from './subscriptions.js';

/** A consumer as the journal keeps it. */
export interface ConsumerRow {
  id: number;
  name: string;
  fetched: number;
  max_attempts: number;
  ordered: number;
  urgent_first: number;
}

/** A name that a consumer subscribes to, and the bits of the authorities that it takes it from. */
export interface Subscription {
  nameId: number;
  mask: number;
}

/** Open work: a fetched signal that is not settled. */
export interface WorkRow {
  seq: number;
  attempts: number;
  deaths: number;
  replay: number;
  first_failed_ms: number | null;
}

/** A signal's row as a claim hands it out. */
export interface SignalRow {
  id: string;
  nameId: number;
  atMs: number;
  frame: Buffer;
  /** Numbers of its entrance and of the least of its chain. */
  entrance: number;
  chain: number;
}

/** Who gets which work, under which token, and when. */
interface NewHold {
  consumer: number;
  seq: number;
  owner: number;
  token: number;
  nowMs: number;
}

/** Statements about open work; all run inside the writer's transaction. */
export interface WorkTable {
  consumer(id: number): ConsumerRow | undefined;
  /** Work that a process died with and nobody holds, the first of it. */
  suspect(consumer: number): WorkRow | undefined;
  /** Work that is due and nobody holds. */
  due(query: { consumer: number; nowMs: number; jumpedMs: number; limit: number }): WorkRow[];
  hasAny(consumer: number): boolean;
  subscriptions(consumer: number): Subscription[];
  /** Signals of a subscription that it takes, in order. */
  signalsOf(subscription: Subscription, afterSeq: number, limit: number): { seq: number; priority: number }[];
  newest(): number;
  signal(seq: number): SignalRow | undefined;
  add(consumer: number, seq: number, priority: number): void;
  /** Enters new work that is held at once, at its first attempt. */
  addHeld(work: NewHold): void;
  /** Gives it to an owner and counts the attempt. */
  hold(work: NewHold): void;
  /** The first of so many fresh tokens. */
  tokens(count: number): number;
  drop(consumer: number, seq: number): void;
  setFetched(consumer: number, seq: number): void;
}

const WORK = 'seq, attempts, deaths, replay, first_failed_ms FROM work';

/** Prepares the statements about open work. */
export function openWorkTable(database: Database): WorkTable {
  return { ...readStatements(database), ...writeStatements(database) };
}

function readStatements(database: Database) {
  const consumer = database.prepare<[number], ConsumerRow>('SELECT * FROM consumers WHERE id = ?');
  const suspect = database.prepare<[number], WorkRow>(
    `SELECT ${WORK} WHERE consumer = ? AND deaths > 0 AND token = 0 ORDER BY seq LIMIT 1`,
  );
  const due = database.prepare<unknown[], WorkRow>(
    `SELECT ${WORK} WHERE consumer = ? AND token = 0 AND (not_before_ms <= ? OR not_before_ms > ?) ORDER BY priority, seq LIMIT ?`,
  );
  const any = database.prepare<[number], number>('SELECT 1 FROM work WHERE consumer = ? LIMIT 1').pluck();
  const byName = database.prepare<unknown[], { seq: number; priority: number }>(
    `SELECT seq, priority FROM signals WHERE name_id = ? AND seq > ? AND ${TAKEN_BY_MASK} ORDER BY seq LIMIT ?`,
  );
  const subscriptions = database.prepare<[number], Subscription>(
    'SELECT name_id AS nameId, mask FROM subscriptions WHERE consumer = ?',
  );
  const newest = database.prepare<[], number | null>('SELECT max(seq) FROM signals').pluck();
  const signal = database.prepare<[number], SignalRow>(
    'SELECT id, name_id AS nameId, at_ms AS atMs, frame, entrance, chain FROM signals WHERE seq = ?',
  );
  return {
    consumer: (id) => consumer.get(id),
    suspect: (id) => suspect.get(id),
    due: ({ consumer: id, nowMs, jumpedMs, limit }) => due.all(id, nowMs, jumpedMs, limit),
    hasAny: (id) => any.get(id) !== undefined,
    subscriptions: (id) => subscriptions.all(id),
    signalsOf: ({ nameId, mask }, afterSeq, limit) => byName.all(nameId, afterSeq, mask, limit),
    newest: () => newest.get() ?? 0,
    signal: (seq) => signal.get(seq),
  } satisfies Partial<WorkTable>;
}

function writeStatements(database: Database) {
  const add = database.prepare('INSERT INTO work (consumer, seq, priority) VALUES (?, ?, ?) ON CONFLICT DO NOTHING');
  const addHeld = database.prepare(
    'INSERT INTO work (consumer, seq, owner, token, priority, attempts, first_attempt_ms) VALUES (?, ?, ?, ?, 0, 1, ?)',
  );
  const tokens = database
    .prepare<[number], number>("UPDATE meta SET value = value + ? WHERE key = 'token' RETURNING value")
    .pluck();
  const hold = database.prepare(
    'UPDATE work SET token = ?, owner = ?, attempts = attempts + 1, first_attempt_ms = coalesce(first_attempt_ms, ?) WHERE consumer = ? AND seq = ?',
  );
  const drop = database.prepare('DELETE FROM work WHERE consumer = ? AND seq = ?');
  const setFetched = database.prepare('UPDATE consumers SET fetched = ? WHERE id = ? AND fetched < ?');
  return {
    add: (consumer, seq, priority) => void add.run(consumer, seq, priority),
    addHeld: ({ consumer, seq, owner, token, nowMs }) => void addHeld.run(consumer, seq, owner, token, nowMs),
    hold: ({ consumer, seq, owner, token, nowMs }) => void hold.run(token, owner, nowMs, consumer, seq),
    tokens: (count) => Number(tokens.get(count)) - count + 1,
    drop: (consumer, seq) => void drop.run(consumer, seq),
    setFetched: (consumer, seq) => void setFetched.run(seq, consumer, seq),
  } satisfies Partial<WorkTable>;
}
