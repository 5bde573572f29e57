import { compileBoolean, type Fields } from '../base/cel.js';
import { errorCode, toError } from '../base/errors.js';
import type { Signal } from '../signals/envelope.js';

/** Whether a signal is wanted. What cannot be decided (a missing field, other types) is false. */
export type SignalFilter = (signal: Signal) => boolean;

/** Fields of a signal, in CEL's types. */
const SIGNAL_FIELDS: Fields = {
  ...{ signal: 'string', source: 'string', id: 'string', trace: 'string', timestamp: 'string' },
  ...{ cause_id: 'dyn', ts: 'double', facts: 'map' },
};

/**
 * Compiles a CEL expression over a signal's fields: signal, source, id, trace, timestamp, cause_id, ts, facts.
 * CEL has no access to anything else and always ends. Throws KlorosError INVALID_EXPRESSION; the filter throws
 * EXPRESSION_TOO_LONG where the facts of a signal are so many that it would take too long.
 */
export function compileFilter(expression: string): SignalFilter {
  const holds = compileCondition(expression, SIGNAL_FIELDS);
  return (signal) => holds({ ...signal });
}

/** The same for a stream that one signal of somebody else must not end: it is passed over, and `warn` hears of the first. */
export function compileStreamFilter(expression: string, warn: (text: string) => void): SignalFilter {
  const holds = compileFilter(expression);
  let isTold = false;
  return (signal) => {
    try {
      return holds(signal);
    } catch (error) {
      if (!isTold) warn(`Signals are passed over, the first is ${signal.id}: ${toError(error).message}`);
      isTold = true;
      return false;
    }
  };
}

/**
 * Compiles a CEL expression over fields of these types; what cannot be decided is false. Throws KlorosError
 * INVALID_EXPRESSION; the condition throws EXPRESSION_TOO_LONG.
 */
export function compileCondition(expression: string, fields: Fields): (values: Record<string, unknown>) => boolean {
  const evaluate = compileBoolean(expression, {
    fields,
    what: 'The --where expression',
    next: [
      `write CEL over ${Object.keys(fields).join(', ')}, e.g. --where 'facts.confidence > 0.8'`,
      `text goes in quotes: --where 'source == "intent_router" && has(facts.question_id)'`,
    ],
  });
  return (values) => {
    try {
      return evaluate(values) === true;
    } catch (error) {
      if (errorCode(error) === 'EXPRESSION_TOO_LONG') throw error;
      return false; // A field that is missing, or of another type, does not match.
    }
  };
}
