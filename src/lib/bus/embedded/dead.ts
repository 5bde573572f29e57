import { safeText } from '../../base/redact.js';
import type { DeadLetter, DeadLetterDraft, Failure } from '../bus.js';
import type { Database } from './database.js';
import { bounded } from './reader.js';

/** What the dead letter's work row knew. */
export interface DeadCircumstances {
  seq?: number;
  nowMs: number;
  firstFailedAtMs?: number;
  attempts?: number;
  deaths?: number;
  replay?: number;
}

/** Open dead letters in the journal; the file is their projection (D3). */
export interface DeadStore {
  bury(draft: DeadLetterDraft, circumstances: DeadCircumstances): void;
  /** With the signal's row where there is one. */
  after(number: number, limit: number): BuriedLetter[];
  /** Of the signal at a position. */
  ofSignal(seq: number): BuriedLetter[];
  /** Removes one and answers what it was about. */
  exhume(number: number): { daemon: string; seq: number | null; replay: number } | undefined;
}

/** A dead letter with the journal row of its signal. */
export type BuriedLetter = DeadLetter & { id?: string; name?: string; atMs?: number; frame?: Buffer };

type Stored = Omit<DeadLetter, 'number' | 'key' | 'daemon'>;

/** Longest that is kept of what a handler says about its failure. */
const LONGEST_ERROR = 4_096;
const LONGEST_TRACE = 16_384;

interface PageRow {
  number: number;
  key: string;
  daemon: string;
  letter: string;
  id: string | null;
  name: string | null;
  atMs: number | null;
  frame: Buffer | null;
}

/** Prepares the statements about dead letters. */
export function openDeadStore(database: Database): DeadStore {
  const remove = database.prepare('DELETE FROM dead WHERE key = ?');
  const insert = database.prepare('INSERT INTO dead (key, daemon, seq, letter) VALUES (?, ?, ?, ?)');
  const seqOf = database.prepare<[string], number>('SELECT seq FROM signals WHERE id = ?').pluck();
  const letters = `SELECT number, key, daemon, letter, signals.id, names.name, at_ms AS atMs, frame
     FROM dead LEFT JOIN signals ON signals.seq = dead.seq LEFT JOIN names ON names.id = name_id`;
  const page = database.prepare<[number, number], PageRow>(`${letters} WHERE number > ? ORDER BY number LIMIT ?`);
  const ofSignal = database.prepare<[number], PageRow>(`${letters} WHERE dead.seq = ? ORDER BY number`);
  const take = database.prepare<[number], { daemon: string; seq: number | null; letter: string }>(
    'DELETE FROM dead WHERE number = ? RETURNING daemon, seq, letter',
  );
  return {
    bury: (draft, circumstances) => {
      const { key, daemon, ...rest } = draft;
      // A signal that fails again after a replay gets a new number, so that the projection sees it.
      remove.run(`${daemon}:${key}`);
      insert.run(
        `${daemon}:${key}`,
        daemon,
        // A letter that a handler wrote about a journalled signal can be replayed like any other.
        circumstances.seq ?? (draft.signal && seqOf.get(draft.signal.id)) ?? null,
        JSON.stringify({ ...rest, ...wordsOf(rest), ...storedOf(circumstances) }),
      );
    },
    after: (number, limit) => bounded(page.iterate(number, limit), limit, bytesOf).rows.map(letterOf),
    ofSignal: (seq) => ofSignal.all(seq).map(letterOf),
    exhume: (number) => {
      const row = take.get(number);
      return row && { daemon: row.daemon, seq: row.seq, replay: (JSON.parse(row.letter) as Stored).replay };
    },
  };
}

function letterOf({ number, key, daemon, letter, id, name, atMs, frame }: PageRow): BuriedLetter {
  const signal = id !== null && name !== null && frame !== null ? { id, name, frame, atMs: atMs ?? 0 } : {};
  return { number, key: key.slice(daemon.length + 1), daemon, ...(JSON.parse(letter) as Stored), ...signal };
}

function bytesOf({ letter, frame }: PageRow): number {
  return letter.length + (frame?.length ?? 0);
}

/** Every letter passes here, whoever wrote it: its words are bounded and hold no secrets; its content stays whole. */
function wordsOf({ error, traceback }: Failure): Failure {
  return { error: safeText(error, LONGEST_ERROR), traceback: safeText(traceback, LONGEST_TRACE) };
}

function storedOf(circumstances: DeadCircumstances) {
  return {
    firstFailedAtMs: circumstances.firstFailedAtMs ?? circumstances.nowMs,
    lastFailedAtMs: circumstances.nowMs,
    attempts: circumstances.attempts ?? 1,
    deaths: circumstances.deaths ?? 0,
    replay: circumstances.replay ?? 0,
  };
}
