import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, visit, type Document, type Range } from 'yaml';
import { toError } from './errors.js';

/** A YAML text as data, and where in the text each of it stands. */
export interface LocatedYaml {
  value: unknown;
  /** Line of the innermost node of a path that the text has. */
  lineOf: (path: readonly PropertyKey[]) => number;
}

/** What keeps a text from being YAML, and where. */
export interface YamlProblem {
  line: number;
  why: string;
}

/** Reads a text that people wrote; a problem is an answer and not an exception. */
export function readYaml(text: string): LocatedYaml | { problem: YamlProblem } {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const problem = yamlProblem(document, lines);
  if (problem) return { problem };
  return { value: document.toJS() as unknown, lineOf: (path) => lineOf(document, lines, path) };
}

/**
 * What is wrong with a text that people wrote, before any of it is used: also what the parser alone passes over, an alias
 * without its anchor, a tag that nobody knows, a merge key, and aliases that multiply without end.
 */
export function yamlProblem(document: Document.Parsed, lines: LineCounter): YamlProblem | undefined {
  const [told] = [...document.errors, ...document.warnings];
  if (told) return { line: told.linePos?.[0].line ?? 1, why: `it is not YAML: ${firstLine(told.message)}` };
  const at = (node: { range?: Range | null | undefined }) => (node.range ? lines.linePos(node.range[0]).line : 1);
  let found: YamlProblem | undefined;
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) !== undefined) return undefined;
      found = { line: at(alias), why: `*${alias.source} stands for nothing: there is no &${alias.source} above it` };
      return visit.BREAK;
    },
    Pair: (_, { key }) => {
      if (!isScalar(key) || key.value !== '<<' || key.type !== 'PLAIN') return undefined;
      found = { line: at(key), why: 'a merge key (<<) is not read here; write what it stands for' };
      return visit.BREAK;
    },
  });
  return found ?? multiplied(document);
}

function multiplied(document: Document.Parsed): YamlProblem | undefined {
  try {
    document.toJS();
    return undefined;
  } catch (error) {
    return { line: 1, why: `it cannot be read: ${firstLine(toError(error).message)}` };
  }
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}

function lineOf(document: Document.Parsed, lines: LineCounter, path: readonly PropertyKey[]): number {
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
