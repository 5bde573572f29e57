import { Environment, ParseError, TypeError as CheckError, type ASTNode } from '@marcbachmann/cel-js';
import { countedText, needsCounting, StepCounter } from './cel-steps.js';
import { KlorosError, toError } from './errors.js';

/** Names and CEL types that an expression sees. */
export type Fields = Readonly<Record<string, string>>;

/** How an expression is compiled, and how its complaint reads. */
export interface CompileOptions {
  fields: Fields;
  /** What cannot be used, e.g. `The --where expression`. */
  what: string;
  /** What an operator may write instead. */
  next: readonly string[];
}

/**
 * A compiled expression; throws where it cannot be decided: a missing field, other types. Where the facts are so many
 * that it would take too long it throws KlorosError EXPRESSION_TOO_LONG.
 */
export type Evaluate = (values: Record<string, unknown>) => unknown;

type Arithmetic = [symbol: string, apply: (left: number, right: number) => number];

const MAX_LENGTH = 10_000;
const LIMITS = { maxAstNodes: 1_000, maxDepth: 50 };
const ARITHMETIC: Arithmetic[] = [
  ['+', (left, right) => left + right],
  ['-', (left, right) => left - right],
  ['*', (left, right) => left * right],
  ['/', (left, right) => left / right],
  ['%', (left, right) => left % right],
];

/** Compiles a CEL expression that decides yes or no. Throws KlorosError INVALID_EXPRESSION. */
export function compileBoolean(expression: string, options: CompileOptions): Evaluate {
  const { evaluate, type } = compiled(expression, options);
  if (type === 'bool' || type === 'dyn') return evaluate;
  throw invalidExpression(options, `it is a ${type}, not a bool`);
}

/** Compiles a CEL expression of any type; what it answers is JSON again. Throws KlorosError INVALID_EXPRESSION. */
export function compileValue(expression: string, options: CompileOptions): Evaluate {
  const { evaluate } = compiled(expression, options);
  return (values) => jsonOf(evaluate(values));
}

/** CEL has no access to anything but the fields, and ends after a bounded number of steps. */
function compiled(expression: string, options: CompileOptions): { evaluate: Evaluate; type: string } {
  if (expression.length > MAX_LENGTH) throw invalidExpression(options, `it is longer than ${MAX_LENGTH} characters`);
  try {
    const evaluate = environment(options.fields).parse(expression);
    const check = evaluate.check();
    if (check.error) throw check.error;
    return { evaluate: bounded(evaluate.ast, options.fields) ?? evaluate, type: String(check.type) };
  } catch (error) {
    throw invalidExpression(options, describe(error), error);
  }
}

/** Undefined where nothing goes through a list or a text: what is left takes as many steps as it has words. */
function bounded(ast: ASTNode, fields: Fields): Evaluate | undefined {
  if (!needsCounting(ast)) return undefined;
  const steps = new StepCounter();
  const env = environment(fields);
  steps.addTo(env);
  const evaluate = env.parse(countedText(ast));
  return (values) => steps.run(() => evaluate(values) as unknown);
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

/** CEL's whole numbers are bigints, its maps may be Maps; neither is JSON. */
function jsonOf(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(jsonOf);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, one]) => [String(key), jsonOf(one)]));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, jsonOf(one)]));
}

function invalidExpression({ what, next }: CompileOptions, why: string, cause?: unknown): KlorosError {
  return new KlorosError({
    code: 'INVALID_EXPRESSION',
    message: `${what} cannot be used`,
    why,
    next: [...next],
    cause,
  });
}
