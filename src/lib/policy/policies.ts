import { createHash } from 'node:crypto';
import { isMap, isNode, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import { KlorosError, toError } from '../base/errors.js';
import { issuesInWords } from '../base/issues.js';
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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [problem] = document.errors;
  if (problem)
    throw invalid(options, {
      line: problem.linePos?.[0].line ?? 1,
      why: `it is not YAML: ${firstLine(problem.message)}`,
    });
  const source: Source = { ...options, document, lines };
  const parsed = policiesSchema.safeParse(valueOf(source) ?? {});
  if (!parsed.success)
    throw invalid(options, {
      line: lineOf(source, parsed.error.issues[0]?.path ?? []),
      why: issuesInWords(parsed.error).join('; '),
    });
  const { rules, time_zone: timeZone } = parsed.data;
  return { rules: mergedRules(source, rules), timeZone, version: versionOf(text) };
}

/** An alias without its anchor only shows here. */
function valueOf(source: Source): unknown {
  try {
    return source.document.toJS() as unknown;
  } catch (error) {
    throw invalid(source, { line: 1, why: `it is not YAML: ${firstLine(toError(error).message)}` });
  }
}

/** Eight hex digits of a text. */
export function versionOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}

interface Source extends ParseOptions {
  document: Document.Parsed;
  lines: LineCounter;
}

type Written = Record<string, unknown> & { name: string };

function mergedRules(source: Source, written: readonly Written[]): Rule[] {
  const merged = new Map(builtInPolicies(source.alsoSays).rules.map((rule) => [rule.name, rule]));
  const seen = new Set<string>();
  for (const [index, rule] of written.entries()) {
    if (seen.has(rule.name))
      throw invalid(source, { line: lineOf(source, ['rules', index, 'name']), why: `${rule.name} is there twice` });
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
    throw invalid(source, { line: lineOf(source, ['rules', index, ...key]), why: `rule ${written.name}: ${why}` });
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
  return invalid(source, { line: lineOf(source, ['rules', index, ...key]), why: `rule ${name}: ${why}`, next });
}

/** Line of the innermost node of a path that the file has. */
function lineOf({ document, lines }: Source, path: readonly PropertyKey[]): number {
  let node: unknown = document.contents;
  let line = 1;
  for (const part of path) {
    const pair = isMap(node) ? node.items.find(({ key }) => String(key) === String(part)) : undefined;
    const next: unknown = isSeq(node) ? node.items[Number(part)] : pair?.value;
    const at: unknown = pair?.key ?? next;
    if (isNode(at) && at.range) line = lines.linePos(at.range[0]).line;
    node = next;
  }
  return line;
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

function firstLine(text: string): string {
  return text.split('\n')[0] ?? text;
}
