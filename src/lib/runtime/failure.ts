import { KlorosError, toError } from '../base/errors.js';
import { safeText } from '../base/redact.js';
import type { Failure } from '../bus/bus.js';

const LONGEST_ERROR = 4_096;
const LONGEST_TRACE = 8_192;

/** A thrown value as the dead letter queue keeps it: the document's words, bounded, secrets masked. */
export function failureOf(thrown: unknown): Failure {
  const error = toError(thrown);
  const words = error instanceof KlorosError ? klorosWords(error) : `${error.name}: ${error.message}`;
  return { error: safeText(words, LONGEST_ERROR), traceback: safeText(error.stack ?? '', LONGEST_TRACE) };
}

function klorosWords(error: KlorosError): string {
  return [`${error.code}: ${error.message}`, error.why, ...error.next].filter(Boolean).join('; ');
}
