import { z } from 'zod';
import { issuesInWords } from '../base/issues.js';
import { KlorosError, PermanentError } from '../base/errors.js';
import { catalogue, definitions, type FactsOf, type ReadFactsOf, type SignalName } from './catalogue.js';
import { applyMappings } from './foreign.js';
import type { Draft, Facts, Signal } from './envelope.js';

// Indexed by a name's own type, so that what is read of Q_X has the type of Q_X.
const schemas: { [N in SignalName]: { reading: z.ZodType<ReadFactsOf<N>> } } = definitions;

/** A draft of a known signal; its facts are checked by the compiler here and by checkFacts when it is emitted. */
export function say<N extends SignalName>(name: N, facts: FactsOf<N>): Draft & { signal: N; facts: FactsOf<N> } {
  return { signal: name, facts };
}

/** Facts that a daemon here is about to say. Throws KlorosError INVALID_FACTS; unknown names pass through. */
export function checkFacts(name: string, facts: Facts): Facts {
  const parsed = catalogue.get(name)?.facts.safeParse(facts);
  if (parsed === undefined) return facts;
  if (parsed.success) return parsed.data;
  throw new KlorosError({
    code: 'INVALID_FACTS',
    message: `Facts of ${name} are wrong`,
    why: issuesInWords(parsed.error).join('; '),
    next: [`kloros signal explain ${name}`],
    cause: parsed.error,
  });
}

/**
 * Facts that anyone said, in the document's fields (formats.md §2): declared mappings first, what is then unknown
 * is null. Throws PermanentError UNREADABLE_FACTS without the essential id or with wrong types.
 */
export function normaliseFacts(name: string, facts: Facts): Facts {
  const definition = catalogue.get(name);
  return definition ? normalise(name, facts, definition.reading) : facts;
}

/** Facts of a received signal with their types; what every handler uses. Throws as normaliseFacts does. */
export function readFacts<N extends SignalName>(signal: Pick<Signal, 'facts'>, name: N): ReadFactsOf<N> {
  return normalise(name, signal.facts, schemas[name].reading);
}

/** JSON Schema of a known signal's facts, or undefined. */
export function jsonSchemaOf(
  name: string,
  target: 'draft-2020-12' | 'draft-7' = 'draft-2020-12',
): Record<string, unknown> | undefined {
  const definition = catalogue.get(name);
  if (!definition) return undefined;
  const schema = z.toJSONSchema(definition.facts, { target });
  return { ...schema, title: name, description: definition.meaning, examples: [definition.example] };
}

function normalise<T>(name: string, facts: Facts, schema: z.ZodType<T>): T {
  const parsed = schema.safeParse(applyMappings(facts, catalogue.get(name)?.aliases ?? []));
  if (parsed.success) return parsed.data;
  throw new PermanentError({
    code: 'UNREADABLE_FACTS',
    message: `Facts of a ${name} cannot be read`,
    why: issuesInWords(parsed.error).join('; '),
    next: [`kloros signal explain ${name}`],
    cause: parsed.error,
  });
}
