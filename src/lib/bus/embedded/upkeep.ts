import { KlorosError } from '../../base/errors.js';
import type { Database } from './database.js';
import type { DeadStore } from './dead.js';
import type { Operations } from './operations.js';

type Input<K extends keyof Operations> = Operations[K]['in'];

/** Small operations beside the flow of signals. */
export interface Upkeep {
  takeOver(input: Input<'takeOver'>): number;
  beat(input: Input<'beat'>): void;
  leave(input: Input<'leave'>): void;
  reopen(input: Input<'reopen'>): number;
  resolve(input: Input<'resolve'>): number;
  mark(input: Input<'mark'>): void;
  retain(input: Input<'retain'>): number;
  resumeAbove(input: Input<'resumeAbove'>): number;
}

const OLD_SIGNALS = `DELETE FROM signals WHERE seq IN (
  SELECT seq FROM signals WHERE seq <= ? AND (? IS NULL OR at_ms < ?)
    AND NOT EXISTS (SELECT 1 FROM dead WHERE dead.seq = signals.seq) ORDER BY seq LIMIT ?)`;

/** Prepares the statements of the upkeep. */
export function openUpkeep(database: Database, dead: DeadStore): Upkeep {
  const takeOver = database.prepare(
    'UPDATE work SET token = 0, owner = 0, deaths = deaths + 1, not_before_ms = 0 WHERE consumer = ? AND owner = ?',
  );
  const beat = database.prepare('UPDATE owners SET beat = beat + 1 WHERE id = ?');
  const leave = database.prepare('DELETE FROM owners WHERE id = ?');
  const consumerId = database
    .prepare<[string], number>('SELECT id FROM consumers WHERE name = ? AND enabled = 1')
    .pluck();
  const reopen = database.prepare(
    'INSERT INTO work (consumer, seq, priority, replay) VALUES (?, ?, 0, ?) ON CONFLICT (consumer, seq) DO NOTHING',
  );
  const mark = database.prepare('UPDATE meta SET value = ? WHERE key = ? AND value < ?');
  const retain = database.prepare(OLD_SIGNALS);
  const newest = database.prepare<[], number>("SELECT seq FROM sqlite_sequence WHERE name = 'signals'").pluck();
  const skipTo = database.prepare("UPDATE sqlite_sequence SET seq = ? WHERE name = 'signals'");
  const startAt = database.prepare("INSERT INTO sqlite_sequence (name, seq) VALUES ('signals', ?)");
  return {
    takeOver: ({ consumer, owners }) => owners.reduce((sum, owner) => sum + takeOver.run(consumer, owner).changes, 0),
    beat: ({ owner }) => void beat.run(owner),
    leave: ({ owner }) => void leave.run(owner),
    reopen: ({ number }) => {
      const letter = dead.exhume(number);
      const consumer = letter && consumerId.get(letter.daemon);
      if (letter?.seq == null || consumer === undefined) throw notReopenable(number);
      return reopen.run(consumer, letter.seq, letter.replay + 1).changes;
    },
    resolve: ({ number }) => (dead.exhume(number) === undefined ? 0 : 1),
    mark: ({ key, value }) => void mark.run(value, key, value),
    resumeAbove: ({ seq }) => {
      const last = newest.get();
      if ((last ?? 0) < seq) void (last === undefined ? startAt : skipTo).run(seq);
      return last ?? 0;
    },
    retain: ({ upToSeq, beforeMs, limit }) => retain.run(upToSeq, beforeMs, beforeMs, limit).changes,
  };
}

function notReopenable(number: number): KlorosError {
  return new KlorosError({
    code: 'NOT_REOPENABLE',
    message: `Dead letter ${number} cannot be handled again`,
    why: 'it holds no signal of a consumer that the journal knows',
    next: ['mend its cause and say the signal again: kloros bus emit'],
  });
}
