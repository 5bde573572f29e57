import { decodeJournalled, encodeSignal } from '../../signals/codec.js';
import { keepFrame } from '../../signals/kept-frame.js';
import { urgencyOf } from '../../signals/priority.js';
import type { Signal } from '../../signals/envelope.js';
import { lesserOf, type Entrance } from '../../signals/origin.js';
import type { DeadLetter, Recorded } from '../bus.js';
import type { BuriedLetter, DeadStore } from './dead.js';
import type { Journal } from './journal.js';
import type { Row } from './operations.js';
import { PAGE, type StoredRow } from './reader.js';

/** A signal of ours as a journal row; `chain` is what led to it, where something did. */
export function rowOf(signal: Signal, from: Entrance, chain: Entrance = from): Row {
  return {
    from,
    chain: lesserOf(from, chain),
    id: signal.id,
    name: signal.signal,
    trace: signal.trace,
    atMs: Math.round(signal.ts * 1000),
    priority: urgencyOf(signal.facts['priority']),
    frame: encodeSignal(signal),
  };
}

/** A journal row as it is read; one that cannot be read says why in `unreadable`. */
export function signalOf(row: Pick<StoredRow, 'id' | 'name' | 'frame' | 'atMs'>): Signal {
  return decodeJournalled(row.name, row.frame, { id: row.id, receivedAtMs: row.atMs });
}

/** A journal row with its position. */
export function recordedOf(row: StoredRow): Recorded {
  const { seq, frame, atMs, from, chain } = row;
  return { seq, signal: signalOf(row), frame, receivedAtMs: atMs, from, chain };
}

/** Open dead letters after a number, at most a page, each with its whole signal. */
export function deadLettersOf(journal: Pick<Journal, 'dead'>, afterNumber: number): DeadLetter[] {
  return journal.dead.after(afterNumber, PAGE).map(letterOf);
}

/** Open dead letters of the signal at a position. */
export function deadLettersAt({ dead }: { dead: Pick<DeadStore, 'ofSignal'> }, seq: number): DeadLetter[] {
  return dead.ofSignal(seq).map(letterOf);
}

function letterOf({ frame, name, id, atMs, ...letter }: BuriedLetter): DeadLetter {
  if (!frame || !name || !id) return letter;
  const signal = signalOf({ frame, name, id, atMs: atMs ?? 0 });
  if (signal.unreadable === undefined) return { ...letter, signal: keepFrame(signal, frame) };
  return { ...letter, signal, content: JSON.stringify({ frames_base64: [frame.toString('base64')] }) };
}
