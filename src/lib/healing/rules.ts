import { KlorosError, toError } from '../base/errors.js';
import { versionOf } from '../base/hot-file.js';
import { issuesInWords } from '../base/issues.js';
import { readYaml, type LocatedYaml } from '../base/located-yaml.js';
import { BUILT_IN_RULES } from './built-in.js';
import { healingSchema, ruleSchema } from './rule-schema.js';
import { compileRule, type Rule, type Surroundings } from './rule.js';

/** Rules that are in force. */
export interface Rules {
  rules: readonly Rule[];
  /** Repairs of all rules in an hour. */
  budget: number;
  /** `built-in`, or eight hex digits of the file's content. */
  version: string;
}

/** Where rules are read from, and what they may name. */
export interface ParseOptions extends Surroundings {
  path: string;
}

/** The rules of a colony without a file. */
export function builtInRules(surroundings: Surroundings): Rules {
  const rules = BUILT_IN_RULES.map((rule) => compileRule(ruleSchema.parse(rule), 'built-in', surroundings));
  return { rules, budget: healingSchema.parse({}).budget, version: 'built-in' };
}

/**
 * Understands healing.yaml: its rules are added to the built-in ones, and one of the same name changes that one key by
 * key. Throws KlorosError INVALID_HEALING, which names line, rule and key; there is no half of a file.
 */
export function parseRules(text: string, options: ParseOptions): Rules {
  const read = readYaml(text);
  if ('problem' in read) throw invalid(options, read.problem);
  const source: Source = { ...options, ...read };
  const parsed = healingSchema.safeParse(source.value ?? {});
  if (!parsed.success) {
    const line = source.lineOf(parsed.error.issues[0]?.path ?? []);
    throw invalid(options, { line, why: issuesInWords(parsed.error).join('; ') });
  }
  const { rules, budget } = parsed.data;
  return { rules: mergedRules(source, rules), budget, version: versionOf(text) };
}

type Source = ParseOptions & LocatedYaml;
type Written = Record<string, unknown> & { name: string };

function mergedRules(source: Source, written: readonly Written[]): Rule[] {
  const merged = new Map(builtInRules(source).rules.map((rule) => [rule.name, rule]));
  const seen = new Set<string>();
  for (const [index, rule] of written.entries()) {
    if (seen.has(rule.name))
      throw invalid(source, { line: source.lineOf(['rules', index, 'name']), why: `${rule.name} is there twice` });
    seen.add(rule.name);
    merged.set(rule.name, ruleOf(source, rule, index));
  }
  return [...merged.values()];
}

function ruleOf(source: Source, written: Written, index: number): Rule {
  const builtIn = BUILT_IN_RULES.find(({ name }) => name === written.name);
  const parsed = ruleSchema.safeParse({ ...builtIn, ...written });
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const inner = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    const line = source.lineOf(['rules', index, ...(issue?.path ?? []), ...inner]);
    throw invalid(source, { line, why: `rule ${written.name}: ${issuesInWords(parsed.error).join('; ')}` });
  }
  try {
    return compileRule(parsed.data, 'file', source);
  } catch (error) {
    throw wrongWord(source, { name: written.name, index, error });
  }
}

function wrongWord(source: Source, { name, index, error }: { name: string; index: number; error: unknown }) {
  const { message } = toError(error);
  const key = /^(?<key>[\w.]+):/.exec(message)?.groups?.['key']?.split('.') ?? [];
  const why = error instanceof KlorosError && error.why !== undefined ? `${message}: ${error.why}` : message;
  const next = error instanceof KlorosError ? error.next : [];
  return invalid(source, { line: source.lineOf(['rules', index, ...key]), why: `rule ${name}: ${why}`, next });
}

interface Complaint {
  line: number;
  why: string;
  next?: readonly string[];
}

function invalid({ path }: ParseOptions, { line, why, next = [] }: Complaint): KlorosError {
  return new KlorosError({
    code: 'INVALID_HEALING',
    message: `The healing rules are wrong at ${path}:${line}`,
    why,
    next: [...next, 'correct it; until then the rules before this edit stay in force: kloros healing list'],
  });
}
