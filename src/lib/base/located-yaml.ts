import { isMap, isNode, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
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
  const [problem] = document.errors;
  if (problem) return { problem: problemOf(problem, problem.linePos?.[0].line ?? 1) };
  try {
    return { value: document.toJS() as unknown, lineOf: (path) => lineOf(document, lines, path) };
  } catch (error) {
    return { problem: problemOf(toError(error), 1) }; // An alias without its anchor only shows here.
  }
}

function problemOf({ message }: Error, line: number): YamlProblem {
  return { line, why: `it is not YAML: ${message.split('\n')[0] ?? message}` };
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
