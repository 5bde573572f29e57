import { KlorosError, toError } from '../base/errors.js';
import { versionOf } from '../base/hot-file.js';
import { issuesInWords } from '../base/issues.js';
import { readYaml, type LocatedYaml } from '../base/located-yaml.js';
import { BUILT_IN_RULES } from './built-in.js';
import { policiesSchema, ruleSchema } from './rule-schema.js';
import { compileRule, type Rule } from './rule.js';

/** Rules that are in force. */
export interface Policies {
  rules: readonly Rule[];
  /** IANA name; undefined is the machine's own. */
  timeZone: string | undefined;
  /** `built-in`, or eight hex digits of the file's content. */
  version: string;
}

/** Where policies are read from, and what their rules may say besides. */
export interface ParseOptions {
  path: string;
  alsoSays: readonly string[];
}

/** The policies of a colony without a file. */
export function builtInPolicies(alsoSays: readonly string[] = []): Policies {
  const rules = BUILT_IN_RULES.map((rule) => compileRule(ruleSchema.parse(rule), { origin: 'built-in', alsoSays }));
  return { rules, timeZone: undefined, version: 'built-in' };
}

/**
 * Understands policies.yaml: its rules are added to the built-in ones, and one of the same name changes that one key by
 * key. Throws KlorosError INVALID_POLICIES, which names line, rule and key; there is no half of a file.
 */
export function parsePolicies(text: string, options: ParseOptions): Policies {
  const read = readYaml(text);
  if ('problem' in read) throw invalid(options, read.problem);
  const source: Source = { ...options, ...read };
  const parsed = policiesSchema.safeParse(source.value ?? {});
  if (!parsed.success)
    throw invalid(options, {
      line: source.lineOf(parsed.error.issues[0]?.path ?? []),
      why: issuesInWords(parsed.error).join('; '),
    });
  const { rules, time_zone: timeZone } = parsed.data;
  return { rules: mergedRules(source, rules), timeZone, version: versionOf(text) };
}

type Source = ParseOptions & LocatedYaml;

type Written = Record<string, unknown> & { name: string };

function mergedRules(source: Source, written: readonly Written[]): Rule[] {
  const merged = new Map(builtInPolicies(source.alsoSays).rules.map((rule) => [rule.name, rule]));
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
    const key = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : (issue?.path ?? []);
    const why = issuesInWords(parsed.error).join('; ');
    throw invalid(source, { line: source.lineOf(['rules', index, ...key]), why: `rule ${written.name}: ${why}` });
  }
  try {
    return compileRule(parsed.data, { origin: 'file', alsoSays: source.alsoSays });
  } catch (error) {
    throw expressionError(source, { name: written.name, index, error });
  }
}

function expressionError(source: Source, { name, index, error }: { name: string; index: number; error: unknown }) {
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
    code: 'INVALID_POLICIES',
    message: `The policies are wrong at ${path}:${line}`,
    why,
    next: [...next, 'correct it; until then the rules before this edit stay in force: kloros policy list'],
  });
}
