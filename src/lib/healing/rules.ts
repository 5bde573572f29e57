import { versionOf } from '../base/hot-file.js';
import { builtInRules as builtIn, readRules, type RuleFormat } from '../rules/rule-file.js';
import { BUILT_IN_RULES } from './built-in.js';
import { healingSchema, ruleSchema, type HealingFile, type RuleSource } from './rule-schema.js';
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
  return { rules: builtIn(formatOf(surroundings)), budget: healingSchema.parse({}).budget, version: 'built-in' };
}

/** Understands healing.yaml. Throws KlorosError INVALID_HEALING, which names line, rule and key. */
export function parseRules(text: string, options: ParseOptions): Rules {
  const { file, rules } = readRules({ text, path: options.path }, formatOf(options));
  return { rules, budget: file.budget, version: versionOf(text) };
}

function formatOf(surroundings: Surroundings): RuleFormat<HealingFile, RuleSource, Rule> {
  return {
    fileSchema: healingSchema,
    ruleSchema,
    builtIn: BUILT_IN_RULES,
    compile: (source, origin) => compileRule(source, origin, surroundings),
    complaint: { code: 'INVALID_HEALING', subject: 'The healing rules are', list: 'kloros healing list' },
  };
}
