import { KlorosError } from '../base/errors.js';
import { own, setOwn } from '../base/own.js';
import { copyJson, DEEPEST, parseJson } from '../base/json-text.js';
import type { Facts } from '../signals/envelope.js';

/**
 * Sets `key=value` arguments in a copy of the facts: dotted keys reach into objects, values are JSON and,
 * where they are not, text. Throws KlorosError INVALID_FACT.
 */
export function withFacts(facts: Facts, args: readonly string[]): Facts {
  const result = copyJson(facts);
  for (const arg of args) setFact(result, arg);
  return result;
}

/** A JSON object, e.g. of a file. Throws KlorosError INVALID_FACTS; `origin` says where it is from. */
export function parseFacts(text: string, origin: string): Facts {
  const value = jsonOf(text);
  if (isFacts(value)) return value;
  throw new KlorosError({
    code: 'INVALID_FACTS',
    message: `The facts from ${origin} cannot be used`,
    why: value === undefined ? 'they are not JSON' : 'they are JSON, but not an object',
    next: ['write an object, e.g. {"question_id": "discover.module.audio"}'],
  });
}

/** Whether a value is a JSON object. */
export function isFacts(value: unknown): value is Facts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function setFact(facts: Facts, arg: string): void {
  const split = arg.indexOf('=');
  const keys = arg.slice(0, split).split('.');
  if (split < 1 || keys.includes('')) throw invalidFact(arg, 'it is not key=value');
  const last = keys.pop() ?? '';
  const text = arg.slice(split + 1);
  const value = jsonOf(text);
  setOwn(
    keys.reduce((parent, key) => descend(parent, key, arg), facts),
    last,
    value === undefined ? text : value,
  );
}

function descend(parent: Facts, key: string, arg: string): Facts {
  if (!Object.hasOwn(parent, key)) setOwn(parent, key, {});
  const child = own(parent, key);
  if (isFacts(child)) return child;
  throw invalidFact(arg, `${key} is not an object`);
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text, DEEPEST);
  } catch {
    return undefined; // No JSON value is undefined.
  }
}

function invalidFact(arg: string, why: string): KlorosError {
  return new KlorosError({
    code: 'INVALID_FACT',
    message: `${JSON.stringify(arg)} is not a fact`,
    why,
    next: [
      'write key=value, e.g. question_id=discover.module.audio, priority=high, evidence=\'["path:/srv/src/audio"]\'',
    ],
  });
}
