import { compileBoolean, compileValue, type Evaluate, type Fields } from '../base/cel.js';
import { toError } from '../base/errors.js';
import { definitions, isKnownSignal } from '../signals/catalogue.js';
import { checkFacts } from '../signals/facts.js';
import type { Facts } from '../signals/envelope.js';
import type { Origin } from '../rules/rule-file.js';
import type { RuleSource } from './rule-schema.js';
import { RULES_HEAR, RULES_SAY } from './rule-signals.js';

/** A rule whose expressions are compiled. */
export interface Rule extends RuleSource {
  /** Whether the file changed or added it. */
  origin: Origin;
  holds: Evaluate;
  /** Absent: each signal is a case of its own. */
  caseOf: Evaluate | undefined;
  /** Facts of what is said. Throws where they cannot be computed, or are wrong. */
  factsOf: (values: Record<string, unknown>) => Facts;
}

/** What an expression of a rule sees. */
const RULE_FIELDS: Fields = {
  ...{ signal: 'string', source: 'string', facts: 'map' },
  ...{ state: 'map', now: 'map' },
};

/** Compiles a rule. Throws KlorosError INVALID_EXPRESSION, or an Error that names the key and what is wrong. */
export function compileRule(
  source: RuleSource,
  { origin, alsoSays }: { origin: Rule['origin']; alsoSays: readonly string[] },
): Rule {
  requireOneOf('hears', source.hears, RULES_HEAR);
  requireOneOf('say', source.say, [...RULES_SAY, ...alsoSays]);
  const once = source.once;
  return {
    ...source,
    origin,
    holds: compileBoolean(source.when, optionsOf('when')),
    caseOf: once === undefined ? undefined : compileValue(once, optionsOf('once')),
    factsOf: factsMaker(source),
  };
}

/** The expression of a fact that is written `=expression`. */
function expressionOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.startsWith('=') ? value.slice(1) : undefined;
}

type FactMaker = (values: Record<string, unknown>) => unknown;

function factsMaker({ say, with: written }: RuleSource): Rule['factsOf'] {
  const makers = Object.entries(written).map(([key, value]): [string, FactMaker] => {
    const expression = expressionOf(value);
    return [key, expression === undefined ? () => value : compileValue(expression, optionsOf(`with.${key}`))];
  });
  const make: Rule['factsOf'] = (values) =>
    checkFacts(say, Object.fromEntries(makers.map(([key, maker]) => [key, maker(values)])));
  requireFields(say, written);
  const isLiteral = Object.values(written).every((value) => expressionOf(value) === undefined);
  if (isLiteral) inWords('with', () => make({}));
  return make;
}

function requireFields(say: string, written: Facts): void {
  const fields = isKnownSignal(say) ? definitions[say].fields : [];
  const missing = fields.filter((field) => !Object.hasOwn(written, field));
  if (missing.length > 0) throw new Error(`with: ${say} needs ${missing.join(', ')}`);
}

function requireOneOf(key: string, name: string, allowed: readonly string[]): void {
  if (!allowed.includes(name))
    throw new Error(`${key}: ${name} is not possible here; it is one of ${allowed.join(', ')}`);
}

function inWords(key: string, work: () => unknown): void {
  try {
    work();
  } catch (error) {
    const why = typeof error === 'object' && error !== null && 'why' in error ? String(error.why) : '';
    throw new Error(`${key}: ${why === '' ? toError(error).message : why}`, { cause: error });
  }
}

function optionsOf(key: string) {
  const next = [`write CEL over ${Object.keys(RULE_FIELDS).join(', ')}, e.g. facts.unacknowledged_count > 3`];
  return { fields: RULE_FIELDS, what: `${key}: the expression`, next };
}
