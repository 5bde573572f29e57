import { normaliseFacts } from '../../src/lib/signals/facts.js';
import { isSignalName } from '../../src/lib/signals/name.js';
import { hostileInputs } from './hostile-inputs.js';
import type { Around } from './hostile-values.js';

/** Hostile messages as one object each, the name inside, for doors that take one JSON object a line. */
export function hostileEnvelopes(count: number, mark: string, around: Around): Record<string, unknown>[] {
  return hostileInputs(count, mark, around).flatMap(({ name, envelope }) => {
    const value = objectIn(envelope);
    return value === undefined ? [] : [{ signal: name, ...value }];
  });
}

/** The object that a text is; undefined where it is none. */
export function objectIn(envelope: string | Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(envelope).toString());
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return value as Record<string, unknown>;
  } catch {
    return undefined; // It is no JSON.
  }
}

/** Whether a pipe takes it for a signal. */
export function isEmittable({ signal, facts }: Record<string, unknown>): boolean {
  if (typeof signal !== 'string' || !isSignalName(signal)) return false;
  try {
    normaliseFacts(signal, (facts ?? {}) as Record<string, unknown>);
    return true;
  } catch {
    return false;
  }
}
