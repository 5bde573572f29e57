import { z } from 'zod';
import type { SignalDefinition } from '../../src/lib/signals/catalogue.js';

/** Where in the facts of a signal something stands: keys and positions. */
export type Place = readonly (string | number)[];

/** Places of texts: those of the example, and those that the schema knows besides. */
export function textPlaces(definition: SignalDefinition): Place[] {
  const { properties = {} } = z.toJSONSchema(definition.facts, { unrepresentable: 'any' });
  const schemas = new Map(Object.entries(properties));
  const inExample = placesIn(definition.example).filter((place) => typeof at(definition.example, place) === 'string');
  const known = new Set(inExample.map(([key]) => key));
  const others = [...schemas].filter(([key, schema]) => !known.has(key) && JSON.stringify(schema).includes('"string"'));
  return [...inExample, ...others.map(([key]) => [key])];
}

/** Every place in a value. */
export function placesIn(value: unknown, place: Place = []): Place[] {
  if (typeof value !== 'object' || value === null) return [place];
  return Object.entries(value).flatMap(([key, inner]) =>
    placesIn(inner, [...place, Array.isArray(value) ? Number(key) : key]),
  );
}

function at(value: unknown, place: Place): unknown {
  return place.reduce<unknown>((inner, key) => (inner as Record<string | number, unknown>)[key], value);
}

/** The value with another in one place. */
export function put(value: unknown, [key, ...rest]: Place, wanted: unknown): unknown {
  if (key === undefined) return wanted;
  if (Array.isArray(value))
    return value.map((inner: unknown, index) => (index === key ? put(inner, rest, wanted) : inner));
  const members = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return { ...members, [key]: put(members[key], rest, wanted) };
}
