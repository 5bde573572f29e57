import { own } from '../base/own.js';
import { catalogue } from './catalogue.js';
import { jsonSchemaOf } from './facts.js';

/** One field of a signal's facts, in words. */
export interface FactField {
  name: string;
  /** `text`, `whole number`, `list of text`, `critical | high | normal | low`, `text or null`. */
  type: string;
  /** A daemon here always says it; others are said where they are known. */
  required: boolean;
  /** Without it a message of anyone cannot be read. */
  essential: boolean;
  /** Names under which existing peers send it. */
  aliases: string[];
}

/** The fields of a known signal, the document's first. */
export function factFields(name: string): FactField[] {
  const definition = catalogue.get(name);
  const properties = objectOf(jsonSchemaOf(name)?.['properties']);
  return Object.entries(properties).map(([field, schema]) => ({
    name: field,
    type: typeInWords(schema),
    required: definition?.fields.includes(field) ?? false,
    essential: definition?.essential.includes(field) ?? false,
    aliases: (definition?.aliases ?? [])
      .filter(({ to, from }) => to === field && from !== field)
      .map(({ from }) => from),
  }));
}

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true | false',
  null: 'null',
  object: 'object',
};

function typeInWords(schema: unknown): string {
  const { type, enum: choices, anyOf, items } = objectOf(schema);
  if (Array.isArray(choices)) return choices.join(' | ');
  if (Array.isArray(anyOf)) return anyOf.map(typeInWords).join(' or ');
  if (Array.isArray(type)) return type.map((one: unknown) => typeInWords({ type: one })).join(' or ');
  if (type === 'array') return `list of ${typeInWords(items)}`;
  return own(WORDS, String(type)) ?? 'anything';
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}
