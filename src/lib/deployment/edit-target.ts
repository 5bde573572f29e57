import { isDeepStrictEqual } from 'node:util';
import { parseDocument } from 'yaml';
import { KlorosError, toError } from '../base/errors.js';
import { editEnv, parseEnv, type Value } from './edit-env.js';
import { jsonCandidates, valueAt, yamlCandidates } from './edit-structured.js';

/** How a configuration file is written. */
export type TargetFormat = 'env' | 'yaml' | 'json';

/** One key of a file and what it shall be; null removes it. */
export interface Edit {
  key: string;
  value: Value;
}

/** The format that a file's name tells. */
export function formatOf(path: string): TargetFormat {
  if (/[.]ya?ml$/.test(path)) return 'yaml';
  return path.endsWith('.json') ? 'json' : 'env';
}

/**
 * A file's text with some keys changed and everything else as it was: the result is read again and taken only when it
 * says exactly the old with those keys changed. Throws TARGET_NOT_EDITABLE.
 */
export function editTarget(
  text: string,
  edits: readonly Edit[],
  { path, format }: { path: string; format: TargetFormat },
): string {
  return edits.map(withoutMinusZero).reduce((before, edit) => {
    for (const candidate of candidates(before, edit, format)) {
      const after = attempt(candidate);
      if (after !== undefined && saysExactly({ before, after, edit }, format)) return after;
    }
    throw notEditable(path, edit, reasonOf(before, format));
  }, text);
}

/** No format tells -0 from 0 reliably. */
function withoutMinusZero(edit: Edit): Edit {
  return edit.value === 0 ? { ...edit, value: 0 } : edit;
}

/** What a file says now of these keys, as the edits that would bring it back. */
export function currentEdits(text: string, keys: readonly string[], format: TargetFormat): Edit[] {
  const root = read(text, format);
  return keys.map((key) => {
    const value = valueAt(root, key);
    return { key, value: isValue(value) ? value : null };
  });
}

function candidates(text: string, { key, value }: Edit, format: TargetFormat): (() => string)[] {
  if (format === 'env') return [() => editEnv(text, key, value)];
  return format === 'json' ? jsonCandidates(text, key, value) : yamlCandidates(text, key, value);
}

interface Change {
  before: string;
  after: string;
  edit: Edit;
}

/** With the key taken out of both, nothing differs. */
function saysExactly({ before, after, edit }: Change, format: TargetFormat): boolean {
  try {
    const [old, now] = [read(before, format), read(after, format)];
    const expected = edit.value === null ? undefined : format === 'env' ? String(edit.value) : edit.value;
    if (!isDeepStrictEqual(valueAt(now, edit.key), expected)) return false;
    const keeps = format === 'json' || isDeepStrictEqual(comments(before), comments(after));
    return keeps && isDeepStrictEqual(leaves(old, edit.key), leaves(now, edit.key));
  } catch {
    return false; // This way of writing would break the file: the next one is tried.
  }
}

/** Lines that are comments. */
function comments(text: string): string[] {
  return text.split('\n').flatMap((line) => (line.trim().startsWith('#') ? [line.trim()] : []));
}

/** Every leaf by its path but the one of this key; maps that are empty say nothing. */
function leaves(root: unknown, key: string): Map<string, unknown> {
  const found = new Map<string, unknown>();
  const walk = (value: unknown, path: string): void => {
    if (path === key) return;
    if (typeof value !== 'object' || value === null) return void found.set(path, value);
    for (const [name, one] of Object.entries(value)) walk(one, path === '' ? name : `${path}.${name}`);
  };
  if (root !== null) walk(root, '');
  return found;
}

function read(text: string, format: TargetFormat): unknown {
  if (format === 'env') return Object.fromEntries(parseEnv(text));
  if (format === 'json') return text.trim() === '' ? {} : (JSON.parse(text) as unknown);
  const document = parseDocument(text);
  if (document.errors[0]) throw document.errors[0];
  return document.toJS() as unknown;
}

function attempt(candidate: () => string): string | undefined {
  try {
    return candidate();
  } catch {
    return undefined;
  }
}

function reasonOf(text: string, format: TargetFormat): string {
  try {
    read(text, format);
    return 'no way was found that changes this key and nothing else';
  } catch (error) {
    return `it is not ${format}: ${toError(error).message.split('\n')[0] ?? ''}`;
  }
}

function isValue(value: unknown): value is Value {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function notEditable(path: string, { key, value }: Edit, why: string): KlorosError {
  return new KlorosError({
    code: 'TARGET_NOT_EDITABLE',
    message: `${path} was left as it is: ${key} could not be set to ${JSON.stringify(value)}`,
    why,
    next: [`set ${key} there once by hand, or correct param_mapping in dream.yaml`],
  });
}
