import { isMap, parseDocument, type Document } from 'yaml';
import { KlorosError, toError } from '../base/errors.js';

/** One capability: a top-level map with a `module` (formats.md §5). */
export interface RegistryEntry {
  /** Its key in the file. */
  name: string;
  module: string;
  /** True unless the file says false. */
  enabled: boolean;
  description: string | undefined;
  autoDiscovered: boolean;
  /** As written, ISO 8601. */
  discoveredAt: string | undefined;
  pyFiles: number | undefined;
  investigationId: string | undefined;
  /** Every key as written, the unknown ones too. */
  fields: Record<string, unknown>;
}

/** What a registry says. */
export interface RegistryContent {
  entries: RegistryEntry[];
  /** Top-level keys that are not entries, e.g. nested groups. */
  groups: string[];
  /** Every module named anywhere, those inside groups too. */
  modules: string[];
}

/** Understands the text of a registry; throws REGISTRY_UNREADABLE with line and column where it cannot. */
export function parseRegistry(text: string, path: string): RegistryContent {
  const value = plainValue(checkedDocument(text, path), path);
  const content: RegistryContent = { entries: [], groups: [], modules: modulesIn(value) };
  for (const [name, fields] of Object.entries(isRecord(value) ? value : {})) {
    const entry = entryOf(name, fields);
    if (entry) content.entries.push(entry);
    else content.groups.push(name);
  }
  return content;
}

/** The parsed document, known to be one map or nothing at all. */
export function checkedDocument(text: string, path: string): Document.Parsed {
  const document = parseDocument(text);
  const problem = document.errors[0];
  if (problem) throw unreadable(path, positioned(problem.message, problem.linePos?.[0]), problem);
  if (document.contents !== null && !isMap(document.contents) && plainValue(document, path) !== null)
    throw unreadable(path, 'line 1, column 1: the top level is not a map of capability names');
  return document;
}

function plainValue(document: Document.Parsed, path: string): unknown {
  try {
    return document.toJS() as unknown;
  } catch (error) {
    throw unreadable(path, toError(error).message, error);
  }
}

function positioned(message: string, at: { line: number; col: number } | undefined): string {
  const summary = (message.split('\n')[0] ?? message).replace(/ at line \d+, column \d+:?$/, '');
  return at === undefined ? summary : `line ${at.line}, column ${at.col}: ${summary}`;
}

function unreadable(path: string, why: string, cause?: unknown): KlorosError {
  return new KlorosError({
    code: 'REGISTRY_UNREADABLE',
    message: `The registry ${path} cannot be read: ${why}`,
    why: 'It was left untouched; nobody may guess what a broken registry meant.',
    next: [`Mend ${path} at the place named above`, 'kloros dlq replay   # then integrate again'],
    cause,
  });
}

function entryOf(name: string, fields: unknown): RegistryEntry | undefined {
  if (!isRecord(fields) || typeof fields['module'] !== 'string') return undefined;
  return {
    name,
    module: fields['module'],
    enabled: fields['enabled'] !== false,
    description: stringOf(fields['description']),
    autoDiscovered: fields['auto_discovered'] === true,
    discoveredAt: stringOf(fields['discovered_at']),
    pyFiles: typeof fields['py_files'] === 'number' ? fields['py_files'] : undefined,
    investigationId: stringOf(fields['investigation_id']),
    fields,
  };
}

function modulesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(modulesIn);
  if (!isRecord(value)) return [];
  const own = typeof value['module'] === 'string' ? [value['module']] : [];
  return [...own, ...Object.values(value).flatMap(modulesIn)];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
