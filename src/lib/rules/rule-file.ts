import type { z } from 'zod';
import { KlorosError, toError } from '../base/errors.js';
import { issuesInWords } from '../base/issues.js';
import { readYaml, type LocatedYaml } from '../base/located-yaml.js';

/** Whether a rule is as it came, or a file changed or added it. */
export type Origin = 'built-in' | 'file';

/** A rule as it is written: a part of one, where it changes a built-in one of its name. */
export type WrittenRule = Record<string, unknown> & { name: string };

/** What a kind of rules is made of. */
export interface RuleFormat<File extends { rules: readonly WrittenRule[] }, Source, Rule extends { name: string }> {
  fileSchema: z.ZodType<File>;
  ruleSchema: z.ZodType<Source>;
  builtIn: readonly { name: string }[];
  /** Throws an Error whose message begins with the key that is wrong, e.g. `do.daemon: …`. */
  compile: (source: Source, origin: Origin) => Rule;
  /** Code of the error, its subject (`The policies are`), and the command that lists what is in force. */
  complaint: { code: string; subject: string; list: string };
}

/** The rules without a file. */
export function builtInRules<File extends { rules: readonly WrittenRule[] }, Source, Rule extends { name: string }>({
  builtIn,
  ruleSchema,
  compile,
}: RuleFormat<File, Source, Rule>): Rule[] {
  return builtIn.map((rule) => compile(ruleSchema.parse(rule), 'built-in'));
}

/**
 * Understands a file of rules: they are added to the built-in ones, and one of the same name changes that one key by key.
 * Throws KlorosError of the format's code, which names line, rule and key; there is no half of a file.
 */
export function readRules<File extends { rules: readonly WrittenRule[] }, Source, Rule extends { name: string }>(
  { text, path }: { text: string; path: string },
  format: RuleFormat<File, Source, Rule>,
): { file: File; rules: Rule[] } {
  const read = readYaml(text);
  const invalid = complainer(path, format.complaint);
  if ('problem' in read) throw invalid(read.problem);
  const parsed = format.fileSchema.safeParse(read.value ?? {});
  if (!parsed.success) {
    const line = read.lineOf(parsed.error.issues[0]?.path ?? []);
    throw invalid({ line, why: issuesInWords(parsed.error).join('; ') });
  }
  const merged = new Map(builtInRules(format).map((rule) => [rule.name, rule]));
  const seen = new Set<string>();
  for (const [index, { name }] of parsed.data.rules.entries()) {
    if (seen.has(name)) throw invalid({ line: read.lineOf(['rules', index, 'name']), why: `${name} is there twice` });
    seen.add(name);
    merged.set(name, ruleOf({ file: parsed.data, index, read, invalid }, format));
  }
  return { file: parsed.data, rules: [...merged.values()] };
}

interface Place<File> {
  file: File;
  index: number;
  read: LocatedYaml;
  invalid: ReturnType<typeof complainer>;
}

function ruleOf<File extends { rules: readonly WrittenRule[] }, Source, Rule extends { name: string }>(
  { file, index, read, invalid }: Place<File>,
  { builtIn, ruleSchema, compile }: RuleFormat<File, Source, Rule>,
): Rule {
  const written = file.rules[index];
  const parsed = ruleSchema.safeParse({ ...builtIn.find(({ name }) => name === written?.name), ...written });
  const at = (key: readonly PropertyKey[]) => read.lineOf(['rules', index, ...key]);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const inner = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
    const why = `rule ${written?.name ?? ''}: ${issuesInWords(parsed.error).join('; ')}`;
    throw invalid({ line: at([...(issue?.path ?? []), ...inner]), why });
  }
  try {
    return compile(parsed.data, 'file');
  } catch (error) {
    const { key, why, next } = wrongWord(error);
    throw invalid({ line: at(key), why: `rule ${written?.name ?? ''}: ${why}`, next });
  }
}

/** What the message of a rule that does not compile says, and of which key. */
function wrongWord(error: unknown): { key: string[]; why: string; next: readonly string[] } {
  const { message } = toError(error);
  const key = /^(?<key>[\w.]+):/.exec(message)?.groups?.['key']?.split('.') ?? [];
  if (!(error instanceof KlorosError)) return { key, why: message, next: [] };
  return { key, why: error.why === undefined ? message : `${message}: ${error.why}`, next: error.next };
}

interface Complaint {
  line: number;
  why: string;
  next?: readonly string[];
}

function complainer(path: string, { code, subject, list }: { code: string; subject: string; list: string }) {
  return ({ line, why, next = [] }: Complaint) =>
    new KlorosError({
      code,
      message: `${subject} wrong at ${path}:${line}`,
      why,
      next: [...next, `correct it; until then the rules before this edit stay in force: ${list}`],
    });
}
