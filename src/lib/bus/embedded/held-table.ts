import type { Database } from './database.js';

/** Work that somebody holds. */
export interface Held {
  attempts: number;
  deaths: number;
  replay: number;
  first_failed_ms: number | null;
}

/** Where a piece of work stands, and by whom it may be ended. */
export interface HeldKey {
  consumer: number;
  seq: number;
  token: number;
}

/** Statements that end an attempt; all run inside the writer's transaction. */
export interface HeldTable {
  /** Undefined where the token is not the holder's any more. */
  find(key: HeldKey): Held | undefined;
  /** False where the token is not the holder's any more. */
  drop(key: HeldKey): boolean;
  /** Lets it wait for its next attempt. */
  putBack(work: HeldKey & { notBeforeMs: number; firstFailedMs: number }): void;
  /** As if the attempt had not been. */
  giveBack(work: HeldKey & { notBeforeMs: number }): boolean;
  noteHandled(consumer: number, nowMs: number): void;
  signalId(seq: number): string | undefined;
}

const MINE = 'WHERE consumer = ? AND seq = ? AND token = ?';

/** Prepares the statements that end an attempt. */
export function openHeldTable(database: Database): HeldTable {
  const find = database.prepare<[number, number, number], Held>(
    `SELECT attempts, deaths, replay, first_failed_ms FROM work ${MINE}`,
  );
  const drop = database.prepare(`DELETE FROM work ${MINE}`);
  const putBack = database.prepare(
    `UPDATE work SET token = 0, owner = 0, not_before_ms = ?, deaths = 0, first_failed_ms = ? ${MINE}`,
  );
  const giveBack = database.prepare(
    `UPDATE work SET token = 0, owner = 0, attempts = attempts - 1, not_before_ms = ?,
      first_attempt_ms = CASE WHEN attempts > 1 THEN first_attempt_ms END ${MINE}`,
  );
  const handled = database.prepare('UPDATE consumers SET handled_ms = ? WHERE id = ?');
  const signalId = database.prepare<[number], string>('SELECT id FROM signals WHERE seq = ?').pluck();
  return {
    find: ({ consumer, seq, token }) => find.get(consumer, seq, token),
    drop: ({ consumer, seq, token }) => drop.run(consumer, seq, token).changes > 0,
    putBack: ({ consumer, seq, token, notBeforeMs, firstFailedMs }) =>
      void putBack.run(notBeforeMs, firstFailedMs, consumer, seq, token),
    giveBack: ({ consumer, seq, token, notBeforeMs }) => giveBack.run(notBeforeMs, consumer, seq, token).changes > 0,
    noteHandled: (consumer, nowMs) => void handled.run(nowMs, consumer),
    signalId: (seq) => signalId.get(seq),
  };
}
