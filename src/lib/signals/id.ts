import { createHash } from 'node:crypto';
import { decodeTime, encodeTime, monotonicFactory } from 'ulid';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const TIME_LENGTH = 10;
const HASH_LENGTH = 16;
const BITS_PER_CHARACTER = 5n;

/** Makes fresh ids: ULIDs (26 characters, sortable by time, monotonic within one maker). */
export type IdMaker = (nowMs: number) => string;

/** A maker of fresh ids; random is 0 ≤ x < 1. */
export function idMaker(random: () => number): IdMaker {
  return monotonicFactory(random);
}

/** Id of what is said at atMs under a key: the same both, the same id. */
export function idFromKey(atMs: number, key: string): string {
  return encodeTime(Math.max(0, Math.trunc(atMs)), TIME_LENGTH) + hash80(key);
}

/** Epoch milliseconds that an id begins with: when its chain began; for an intent, when its file was written. */
export function timeOfId(id: string): number | undefined {
  try {
    return decodeTime(id);
  } catch {
    return undefined; // A peer's id says no time.
  }
}

/** Where in its handler's answer a signal stands. */
export interface DerivedPlace {
  consumer: string;
  /** 0, or the number of the operator's replay. */
  replay: number;
  /** Index in the answer. */
  position: number;
}

/**
 * Id of a chained signal (D2): the cause's time prefix and a hash of (cause, consumer, replay, position).
 * The prefix keeps the journal's id index local; random ids cost two thirds of the rate at a million rows.
 */
export function derivedId(causeId: string, place: DerivedPlace): string {
  const key = `${causeId}\n${place.consumer}\n${place.replay}\n${place.position}`;
  return causeId.slice(0, TIME_LENGTH) + hash80(key);
}

function hash80(key: string): string {
  const digest = createHash('sha256').update(key).digest();
  let bits = BigInt(`0x${digest.toString('hex', 0, (HASH_LENGTH * 5) / 8)}`);
  let text = '';
  for (let index = 0; index < HASH_LENGTH; index += 1) {
    text = ALPHABET.charAt(Number(bits & 31n)) + text;
    bits >>= BITS_PER_CHARACTER;
  }
  return text;
}
