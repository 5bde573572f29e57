import type { Signal } from '../signals/envelope.js';

/** The value at a dotted path of a signal (`facts.evidence.0`), undefined where there is none. */
export function fieldOf(signal: Signal, path: string): unknown {
  return path.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    return new Map<string, unknown>(Object.entries(value)).get(key);
  }, signal);
}
