import { createHash } from 'node:crypto';
import { membersOf } from '../base/json-members.js';
import type { Facts, Signal } from '../signals/envelope.js';
import { decodeFrame } from '../signals/codec.js';
import { carryFrame, keepFrame } from '../signals/kept-frame.js';
import { idFromKey } from '../signals/id.js';
import { mint } from '../signals/mint.js';
import type { Letter } from './letter.js';

/** The whole signal of a letter, either kind of envelope; undefined where it holds none. */
export function wholeSignalOf(letter: Letter): Signal | undefined {
  const { signal } = letter;
  const name = signal?.['signal'];
  if (signal === null || typeof name !== 'string' || name === '' || !isObject(signal['facts'])) return undefined;
  const id = typeof signal['id'] === 'string' ? signal['id'] : '';
  if (typeof signal['unreadable'] === 'string') return undefined;
  const text = signalTextOf(letter);
  return keepFrame(decodeFrame(name, Buffer.from(text), { id, receivedAtMs: 0 }), text);
}

/** The envelope as it stands in the row; existing programs also wrote it as a string. */
function signalTextOf({ line }: Letter): string {
  const text = membersOf(line.toString()).get('signal') ?? '{}';
  return text.startsWith('"') ? (JSON.parse(text) as string) : text;
}

/** How a signal is said again. */
export interface Anew {
  /** Makes the id, with idAtMs: the same both, the same signal. */
  key: string;
  idAtMs: number;
  nowMs: number;
  /** Who says it now; who said it first, when absent. */
  source?: string;
  facts?: Facts;
}

/** A letter's signal as a new one, caused by the old: peers do not take it for a repetition. */
export function saidAnew(old: Signal, { key, idAtMs, nowMs, source = old.source, facts = old.facts }: Anew): Signal {
  const draft = { signal: old.signal, facts, intensity: old.intensity };
  const id = idFromKey(idAtMs, key);
  const options = { id, source, nowMs };
  const cause = { id: old.id, trace: old.trace };
  return carryFrame(old, mint(draft, old.id === '' ? options : { ...options, cause }));
}

/** Names a letter's line for ever. */
export function lineKey({ line }: Letter): string {
  return createHash('sha256').update(line).digest('hex');
}

function isObject(value: unknown): value is Facts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
