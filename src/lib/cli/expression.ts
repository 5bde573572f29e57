import { Environment, ParseError, TypeError as CheckError } from '@marcbachmann/cel-js';
import { KlorosError, toError } from '../base/errors.js';
import type { Signal } from '../signals/envelope.js';

/** Whether a signal is wanted. Never throws: what cannot be decided (a missing field, other types) is false. */
export type SignalFilter = (signal: Signal) => boolean;

/** Names and types that an expression sees. */
type Fields = Readonly<Record<string, string>>;
type Arithmetic = [symbol: string, apply: (left: number, right: number) => number];

const MAX_LENGTH = 10_000;
const LIMITS = { maxAstNodes: 1_000, maxDepth: 50 };
/** Fields of a signal, in CEL's types. */
const SIGNAL_FIELDS: Readonly<Record<string, string>> = {
  ...{ signal: 'string', source: 'string', id: 'string', trace: 'string', timestamp: 'string' },
  ...{ cause_id: 'dyn', ts: 'double', facts: 'map' },
};
const ARITHMETIC: Arithmetic[] = [
  ['+', (left, right) => left + right],
  ['-', (left, right) => left - right],
  ['*', (left, right) => left * right],
  ['/', (left, right) => left / right],
  ['%', (left, right) => left % right],
];

/**
 * Compiles a CEL expression over a signal's fields: signal, source, id, trace, timestamp, cause_id, ts, facts.
 * CEL has no access to anything else and always ends. Throws KlorosError INVALID_EXPRESSION.
 */
export function compileFilter(expression: string): SignalFilter {
  const holds = compileCondition(expression, SIGNAL_FIELDS);
  return (signal) => holds({ ...signal });
}

/**
 * Compiles a CEL expression over fields of these types; the condition never throws, and what cannot be decided is false.
 * Throws KlorosError INVALID_EXPRESSION.
 */
export function compileCondition(expression: string, fields: Fields): (values: Record<string, unknown>) => boolean {
  const evaluate = compile(expression, fields);
  return (values) => {
    try {
      return evaluate(values) === true;
    } catch {
      return false; // A field that is missing, or of another type, does not match.
    }
  };
}

function compile(expression: string, fields: Fields): (context: Record<string, unknown>) => unknown {
  if (expression.length > MAX_LENGTH) throw invalidExpression(fields, `it is longer than ${MAX_LENGTH} characters`);
  try {
    const evaluate = environment(fields).parse(expression);
    const check = evaluate.check();
    if (check.error) throw check.error;
    if (check.type !== 'bool' && check.type !== 'dyn') throw new TypeError(`it is a ${String(check.type)}, not a bool`);
    return evaluate;
  } catch (error) {
    throw invalidExpression(fields, describe(error), error);
  }
}

/** CEL's own message draws a picture of several lines. */
function describe(error: unknown): string {
  if (!(error instanceof ParseError || error instanceof CheckError)) return toError(error).message;
  const at = error.range === undefined ? '' : `, at character ${error.range.start + 1}`;
  return `${error.summary}${at}`;
}

/** Facts are JSON, whose numbers are doubles; `facts.n + 1` would otherwise mix types, which CEL refuses. */
function environment(fields: Fields): Environment {
  const env = new Environment({ limits: LIMITS, homogeneousAggregateLiterals: false });
  for (const [field, type] of Object.entries(fields)) env.registerVariable(field, type);
  for (const [symbol, apply] of ARITHMETIC) {
    const mixed = (left: number | bigint, right: number | bigint) => apply(Number(left), Number(right));
    env.registerOperator(`double ${symbol} int`, mixed).registerOperator(`int ${symbol} double`, mixed);
  }
  return env;
}

function invalidExpression(fields: Fields, why: string, cause?: unknown): KlorosError {
  return new KlorosError({
    code: 'INVALID_EXPRESSION',
    message: 'The --where expression cannot be used',
    why,
    next: [
      `write CEL over ${Object.keys(fields).join(', ')}, e.g. --where 'facts.confidence > 0.8'`,
      `text goes in quotes: --where 'source == "intent_router" && has(facts.question_id)'`,
    ],
    cause,
  });
}
