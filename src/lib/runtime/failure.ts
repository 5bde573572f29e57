import { KlorosError, toError } from '../base/errors.js';
import type { Failure } from '../bus/bus.js';

const LONGEST_TRACE = 8_192;
// A key that names a secret, and the value that follows it in text or JSON.
const SECRET = /((?:api[_-]?key|authorization|password|passwd|secret|token)["']?\s*[:=]\s*["']?)[^\s"',}]+/gi;

/** A thrown value as the dead letter queue keeps it: the document's words, bounded, secrets masked. */
export function failureOf(thrown: unknown): Failure {
  const error = toError(thrown);
  const words = error instanceof KlorosError ? klorosWords(error) : `${error.name}: ${error.message}`;
  return { error: masked(words), traceback: masked(error.stack ?? '').slice(0, LONGEST_TRACE) };
}

function klorosWords(error: KlorosError): string {
  return [`${error.code}: ${error.message}`, error.why, ...error.next].filter(Boolean).join('; ');
}

function masked(text: string): string {
  return text.replace(SECRET, '$1***');
}
