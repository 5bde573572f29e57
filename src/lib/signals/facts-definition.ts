import { z } from 'zod';
import type { Facts } from './envelope.js';

/** What a signal is for (the document's four groups). */
export type SignalKind = 'advisory' | 'trigger' | 'completion' | 'error';

/** How a field that existing peers send becomes one of the document's. */
export interface Mapping {
  /** Field to fill where it is absent or null; `to === from` rewrites a field in place. */
  to: string;
  from: string;
  /** Converts the value; undefined leaves the field as it is. */
  read?: (value: unknown) => unknown;
}

/** Everything the catalogue knows of one signal. */
export interface SignalDefinition<Emitted extends Facts = Facts, Read extends Facts = Facts> {
  name: string;
  kind: SignalKind;
  /** One sentence for people. */
  meaning: string;
  /** Daemons that say it. */
  emitters: readonly string[];
  /** Daemons that hear it. */
  consumers: readonly string[];
  /** When it is said. */
  frequency: string;
  /** Strict: what a daemon here says. Unknown keys are kept. */
  facts: z.ZodType<Emitted>;
  /** Lenient: what is read from anyone, after the mappings. Missing fields are null, the essential ones are not. */
  reading: z.ZodType<Read>;
  /** The document's example. */
  example: Emitted;
  aliases: readonly Mapping[];
  /** Fields without which a message says nothing: its id. */
  essential: readonly string[];
  /** The document's fields, in its order. */
  fields: readonly string[];
}

type Out<Shape extends z.ZodRawShape> = { [K in keyof Shape]: z.output<Shape[K]> };

/** Facts as they are said: the document's fields, and those of existing peers where they are known. */
export type EmittedFacts<D extends z.ZodRawShape, S extends z.ZodRawShape> = Out<D> & Partial<Out<S>> & Facts;

/** Facts as they are read: what a peer did not say is null. */
export type NormalFacts<D extends z.ZodRawShape, S extends z.ZodRawShape, E extends keyof D> = {
  [K in keyof D]: K extends E ? z.output<D[K]> : z.output<D[K]> | null;
} & { [K in keyof S]?: z.output<S[K]> | null } & Facts;

/** A definition as it is written down. */
export interface DefinitionParts<D extends z.ZodRawShape, S extends z.ZodRawShape, E extends keyof D & string> {
  name: string;
  kind: SignalKind;
  meaning: string;
  emitters: readonly string[];
  consumers: readonly string[];
  frequency: string;
  /** The document's fields. */
  document: D;
  /** Further fields seen in the running system, written where they are known. */
  seen: S;
  essential: readonly E[];
  aliases?: readonly Mapping[];
  example: EmittedFacts<D, S>;
}

/** Builds both schemas of a signal from the one list of its fields. */
export function defineSignal<D extends z.ZodRawShape, E extends keyof D & string, S extends z.ZodRawShape>(
  parts: DefinitionParts<D, S, E>,
): SignalDefinition<EmittedFacts<D, S>, NormalFacts<D, S, E>> {
  const { document, seen, aliases = [], ...rest } = parts;
  const facts = z.looseObject({ ...document, ...optionals(seen) });
  const reading = z.looseObject({ ...nullables(document, parts.essential), ...nullishes(seen) });
  return Object.freeze({
    ...rest,
    aliases,
    fields: Object.keys(document),
    // TypeScript cannot follow a shape through Object.entries; the two types above say what the loops below build.
    facts: facts as unknown as z.ZodType<EmittedFacts<D, S>>,
    reading: reading as unknown as z.ZodType<NormalFacts<D, S, E>>,
  });
}

type Shape = Record<string, z.ZodType>;

function mapShape(shape: z.ZodRawShape, change: (field: z.ZodType, key: string) => z.ZodType): Shape {
  return Object.fromEntries(Object.entries(shape as Shape).map(([key, field]) => [key, change(field, key)]));
}

function optionals(shape: z.ZodRawShape): Shape {
  return mapShape(shape, (field) => field.optional());
}

function nullishes(shape: z.ZodRawShape): Shape {
  return mapShape(shape, (field) => field.nullish());
}

function nullables(shape: z.ZodRawShape, essential: readonly string[]): Shape {
  return mapShape(shape, (field, key) => (essential.includes(key) ? field : field.nullable().default(null)));
}
