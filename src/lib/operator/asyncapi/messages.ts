import { catalogue } from '../../signals/catalogue.js';
import type { Facts } from '../../signals/envelope.js';
import { envelopeSchema } from '../../signals/envelope-schema.js';
import { jsonSchemaOf } from '../../signals/facts.js';
import { idFromKey } from '../../signals/id.js';
import { mint } from '../../signals/mint.js';
import { reference } from './parts.js';

const ENVELOPE = 'envelope';
/** When the examples were said. */
const EXAMPLE_AT_MS = Date.UTC(2025, 10, 15, 10, 30);

const FRAMES = [
  { position: 1, content: "the signal's name, UTF-8, without separator or NUL" },
  { position: 2, content: 'the payload, compact JSON in UTF-8' },
];

/** The message of a signal. */
export function messageOf(name: string): Record<string, unknown> {
  const definition = catalogue.get(name);
  const message = {
    name,
    contentType: 'application/json',
    payload: payloadOf(name, definition !== undefined),
    correlationId: { description: 'Id of the root of the chain', location: '$message.payload#/trace' },
    bindings: { 'x-zeromq': { frames: FRAMES } },
  };
  if (!definition) return message;
  const { kind, meaning, frequency, example, emitters } = definition;
  const payload = exampleOf(name, emitters[0] ?? 'operator', example);
  const words = { title: meaning, summary: `Said ${frequency}`, tags: [{ name: kind }] };
  return { ...message, ...words, examples: [{ name, payload }] };
}

/** Schemas that the messages point at: the envelope's, and the facts' of each known name. */
export function payloadSchemas(names: readonly string[]): Record<string, unknown> {
  const facts = names.flatMap((name) => {
    const schema = jsonSchemaOf(name, 'draft-7');
    return schema ? [[name, withoutDialect(schema)] as const] : [];
  });
  return { [ENVELOPE]: withoutDialect(envelopeSchema()), ...Object.fromEntries(facts) };
}

function payloadOf(name: string, isKnown: boolean): Record<string, unknown> {
  const facts = isKnown ? { facts: reference('components/schemas', name) } : {};
  return {
    allOf: [
      reference('components/schemas', ENVELOPE),
      { type: 'object', properties: { signal: { const: name }, ...facts } },
    ],
  };
}

function exampleOf(signal: string, source: string, facts: Facts) {
  return mint({ signal, facts }, { id: idFromKey(EXAMPLE_AT_MS, signal), source, nowMs: EXAMPLE_AT_MS });
}

/** AsyncAPI says the dialect once for all: its own, a superset of draft 07. */
function withoutDialect({ $schema: _dialect, ...schema }: Record<string, unknown>): Record<string, unknown> {
  return schema;
}
