import { toError } from '../base/errors.js';
import { issuesInWords } from '../base/issues.js';
import { intentOf, intentSchema, type Intent } from './intent.js';
import { finalProblem, unfinishedProblem, type IntentProblem } from './problem.js';

/** A read intent, or why it is none. */
export type Parsed = { intent: Intent } | { problem: IntentProblem };

/** Deeper than anyone writes; what is deeper can exhaust the stack of whoever serialises it. */
const MAX_DEPTH = 100;

/** Reads the bytes of an intent file. Pure; never throws. */
export function parseIntent(bytes: Uint8Array, fileName: string): Parsed {
  if (bytes.length === 0) return { problem: unfinishedProblem('EmptyIntent', 'the file is empty') };
  const text = decode(bytes);
  if (text === undefined) return { problem: unfinishedProblem('UnreadableIntent', 'it is not valid UTF-8') };
  const json = parseJson(text);
  if ('problem' in json) return json;
  if (isDeeperThan(json.value, MAX_DEPTH)) return { problem: tooDeep() };
  const checked = intentSchema.safeParse(json.value);
  if (checked.success) return { intent: intentOf(checked.data, fileName) };
  return { problem: finalProblem('WrongIntent', issuesInWords(checked.error).join('; ')) };
}

// A byte order mark is dropped by the decoder, as editors on other systems write it.
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

// Only an object is known to be whole: `1` may become `12`, and half an object does not parse.
function parseJson(text: string): { value: object } | { problem: IntentProblem } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { value };
    return { problem: unfinishedProblem('WrongIntent', 'it is JSON, but not an object') };
  } catch (error) {
    return { problem: unfinishedProblem('UnreadableIntent', `it is not JSON: ${toError(error).message}`) };
  }
}

function tooDeep(): IntentProblem {
  return finalProblem('WrongIntent', `it is nested deeper than ${MAX_DEPTH} levels`);
}

function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((inner) => isDeeperThan(inner, levels - 1));
}
