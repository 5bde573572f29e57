import { createHash } from 'node:crypto';
import type { Facts, Signal } from '../signals/envelope.js';
import { decodeFrame } from '../signals/codec.js';
import { idFromKey } from '../signals/id.js';
import { mint } from '../signals/mint.js';
import type { Letter } from './letter.js';

/** The whole signal of a letter, either kind of envelope; undefined where it holds none. */
export function wholeSignalOf({ signal }: Letter): Signal | undefined {
  const name = signal?.['signal'];
  if (signal === null || typeof name !== 'string' || name === '' || !isObject(signal['facts'])) return undefined;
  const id = typeof signal['id'] === 'string' ? signal['id'] : '';
  return decodeFrame(name, Buffer.from(JSON.stringify(signal)), { id, receivedAtMs: 0 });
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
  if (old.id === '') return mint(draft, { id, source, nowMs });
  return mint(draft, { id, source, nowMs, cause: { id: old.id, trace: old.trace } });
}

/** Names a letter's line for ever. */
export function lineKey({ line }: Letter): string {
  return createHash('sha256').update(line).digest('hex');
}

function isObject(value: unknown): value is Facts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
