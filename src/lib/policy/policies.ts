import { versionOf } from '../base/hot-file.js';
import { builtInRules, readRules, type RuleFormat } from '../rules/rule-file.js';
import { BUILT_IN_RULES } from './built-in.js';
import { policiesSchema, ruleSchema, type PoliciesFile, type RuleSource } from './rule-schema.js';
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
  return { rules: builtInRules(formatOf(alsoSays)), timeZone: undefined, version: 'built-in' };
}

/** Understands policies.yaml. Throws KlorosError INVALID_POLICIES, which names line, rule and key. */
export function parsePolicies(text: string, { path, alsoSays }: ParseOptions): Policies {
  const { file, rules } = readRules({ text, path }, formatOf(alsoSays));
  return { rules, timeZone: file.time_zone, version: versionOf(text) };
}

function formatOf(alsoSays: readonly string[]): RuleFormat<PoliciesFile, RuleSource, Rule> {
  return {
    fileSchema: policiesSchema,
    ruleSchema,
    builtIn: BUILT_IN_RULES,
    compile: (source, origin) => compileRule(source, { origin, alsoSays }),
    complaint: { code: 'INVALID_POLICIES', subject: 'The policies are', list: 'kloros policy list' },
  };
}
