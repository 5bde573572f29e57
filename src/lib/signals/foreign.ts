import { own, setOwn } from '../base/own.js';
import type { Facts } from './envelope.js';
import type { Mapping } from './facts-definition.js';
import { knownUrgency, PRIORITIES } from './priority.js';

/** Fills the document's fields from those that existing peers send; the fields that were read stay (formats.md §2). */
export function applyMappings(facts: Facts, mappings: readonly Mapping[]): Facts {
  const mapped: Facts = { ...facts };
  for (const { to, from, read } of mappings) {
    const given = own(mapped, from) ?? null;
    const isWanted = to === from || (own(mapped, to) ?? null) === null;
    if (!isWanted || given === null) continue;
    const value = read ? read(given) : given;
    if (value !== undefined) setOwn(mapped, to, value);
  }
  return mapped;
}

/** Length of a list. */
export function countOf(value: unknown): number | undefined {
  return Array.isArray(value) ? value.length : undefined;
}

/** A list of one. */
export function listOf(value: unknown): unknown[] {
  return [value];
}

/** An integer or a word as one of our four words; a word that names no urgency is null, another type stays as it is. */
export function priorityWordOf(value: unknown): unknown {
  const urgency = knownUrgency(value);
  if (urgency !== undefined) return PRIORITIES[urgency];
  return typeof value === 'string' ? null : undefined;
}

/** Evidence as strings: an object becomes one `key:value` for each of its keys. */
export function evidenceOf(value: unknown): unknown {
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return undefined;
  return value.flatMap((item: unknown) => (isObject(item) ? pairsOf(item) : [item]));
}

const SEVERITIES: ReadonlyMap<string, string> = new Map([
  ['info', 'info'],
  ['low', 'info'],
  ['warn', 'warning'],
  ['warning', 'warning'],
  ['medium', 'warning'],
  ['error', 'critical'],
  ['high', 'critical'],
  ['critical', 'critical'],
]);

/** A word for how bad it is as one of our three; a word that we do not know is null, another type stays as it is. */
export function severityOf(value: unknown): unknown {
  return typeof value === 'string' ? (SEVERITIES.get(value.toLowerCase()) ?? null) : undefined;
}

function pairsOf(item: Facts): string[] {
  return Object.entries(item).map(
    ([key, value]) => `${key}:${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
}

function isObject(value: unknown): value is Facts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
