import { readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { closest } from '../base/closest.js';
import { errorCode, KlorosError, toError } from '../base/errors.js';
import { dottedPath } from '../base/issues.js';
import { yamlProblem } from '../base/located-yaml.js';
import { own } from '../base/own.js';
import { existingWays, legacyEvaluators } from './experiment-legacy.js';
import { dreamFileSchema, type DreamFile } from './experiment.js';

/** What dream.yaml says, where it stands, and keys that nobody knows. */
export interface Experiments extends DreamFile {
  path: string;
  /** Relative paths of commands start here. */
  folder: string;
  warnings: string[];
}

type Path = readonly PropertyKey[];

/** A file being read: where each of its keys stands. */
interface Source {
  path: string;
  document: Document;
  lines: LineCounter;
}

/** Reads dream.yaml. Throws EXPERIMENTS_NOT_FOUND, EXPERIMENTS_UNREADABLE, and INVALID_EXPERIMENTS, which names every wrong line and key. */
export async function readExperiments(path: string): Promise<Experiments> {
  const source = parse(path, await readText(path));
  const value: unknown = source.document.toJS() ?? {};
  const legacy = legacyEvaluators(value);
  if (legacy.length > 0)
    throw invalid(
      path,
      legacy.map(({ at, why }) => complaint(source, at, why)),
    );
  const { issues, unknown } = check(value);
  if (issues.length > 0)
    throw invalid(
      path,
      issues.map((issue) => complaint(source, issue.path, wordsOf(issue))),
    );
  const warnings = unknown.map(({ path: at, siblings }) => complaint(source, at, unknownKey(at, siblings)));
  const file = dreamFileSchema.parse(value);
  return {
    ...file,
    path,
    folder: dirname(path),
    warnings: [...warnings, ...ignoredRoot(source, file), ...otherwise(source, file)],
  };
}

/** A key that existing files have: cycles lie where promotions and the monitor's look at them do. */
function ignoredRoot(source: Source, { run }: DreamFile): string[] {
  const lab = join(dirname(source.path), 'dream_lab');
  if (run.artifact_root === undefined || resolve(dirname(source.path), run.artifact_root) === lab) return [];
  return [complaint(source, ['run', 'artifact_root'], `is not followed: cycles and their files lie in ${lab}`)];
}

/** Where the experiments of an existing file are searched otherwise than they say. */
function otherwise(source: Source, { experiments }: DreamFile): string[] {
  return existingWays(experiments, source.document.toJS()).map(({ at, why }) => complaint(source, at, why));
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const code = errorCode(error) ?? '';
    if (code === 'ENOENT') throw notFound(path);
    throw UNREADABLE.has(code) ? unreadable(path, error) : error;
  }
}

/** What no second look mends; whatever else happens may be over in a moment. */
const UNREADABLE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EISDIR', 'ENOTDIR', 'ELOOP']);

function notFound(path: string): KlorosError {
  return new KlorosError({
    code: 'EXPERIMENTS_NOT_FOUND',
    message: 'There are no experiments yet',
    why: `${path} does not exist`,
    next: ['write a commented example that runs as it is: kloros dream init'],
  });
}

function unreadable(path: string, cause: unknown): KlorosError {
  return new KlorosError({
    code: 'EXPERIMENTS_UNREADABLE',
    message: `${path} cannot be read`,
    why: toError(cause).message,
    next: ['make it a file that the user of the daemons may read: kloros doctor'],
    cause,
  });
}

function parse(path: string, text: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const problem = yamlProblem(document, lines);
  if (problem === undefined) return { path, document, lines };
  throw invalid(path, [`line ${problem.line}: ${problem.why}`]);
}

interface Unknown {
  path: Path;
  siblings: string[];
}

/** Keys that nobody knows are taken out of the value and reported: existing files have their own. */
function check(value: unknown): { issues: z.core.$ZodIssue[]; unknown: Unknown[] } {
  const unknown: Unknown[] = [];
  for (;;) {
    const issues = dreamFileSchema.safeParse(value).error?.issues ?? [];
    const strangers = issues.filter((issue) => issue.code === 'unrecognized_keys');
    if (strangers.length === 0) return { issues, unknown };
    for (const { path, keys } of strangers) {
      const holder = path.reduce<unknown>((at, key) => own(at as Record<string, unknown>, String(key)), value);
      const map = holder as Record<string, unknown>;
      for (const key of keys) Reflect.deleteProperty(map, key);
      unknown.push(...keys.map((key) => ({ path: [...path, key], siblings: Object.keys(map) })));
    }
  }
}

function unknownKey(path: Path, siblings: readonly string[]): string {
  const meant = closest(String(path.at(-1)), [...siblings, ...KNOWN]);
  return `is unknown and was ignored${meant === undefined ? '' : `; did you mean ${meant}?`}`;
}

/** Keys that are optional, so that they need not stand beside a misspelt one. */
const KNOWN = [
  'timeoutSec',
  'memoryMb',
  'repeats',
  'enabled',
  'topics',
  'baseline',
  'artifacts',
  'check',
  'post_check',
];

function wordsOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.message.endsWith('received undefined')) return 'is missing';
  return issue.message.replace(/^Invalid input: /, '');
}

function complaint(source: Source, path: Path, why: string): string {
  return `line ${lineOf(source, path)}: ${dottedPath(path)} ${why}`;
}

/** Line of a key, or of the nearest one around it where it is missing. */
function lineOf({ document, lines }: Source, path: Path): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const key of path) {
    const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && item.key.value === key) : undefined;
    const item: unknown = isSeq(node) ? node.items[Number(key)] : undefined;
    const at = isNode(pair?.key) ? pair.key : item;
    if (!isNode(at)) break;
    offset = at.range?.[0] ?? offset;
    node = pair === undefined ? item : pair.value;
  }
  return lines.linePos(offset).line;
}

function invalid(path: string, complaints: readonly string[]): KlorosError {
  return new KlorosError({
    code: 'INVALID_EXPERIMENTS',
    message: `${path} is wrong`,
    why: complaints.join('\n'),
    next: ['correct it, then: kloros dream list'],
  });
}
