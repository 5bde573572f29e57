import { readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isAlias, isMap, isNode, isScalar, LineCounter, parseDocument, type Document, type YAMLMap } from 'yaml';
import { closest } from '../base/closest.js';
import { errorCode, toError } from '../base/errors.js';
import { yamlProblem } from '../base/located-yaml.js';
import { closedHome, isClosed } from './closed-home.js';
import { invalidConfig } from './load-error.js';
import type { Layer, LayerValue } from './provenance.js';
import { namesBelow, settingOf } from './load-settings.js';
import { keyToday, renamedWarning, valuesToday } from './renamed.js';

/** A file being read. */
interface Source {
  path: string;
  document: Document;
  lines: LineCounter;
  values: Map<string, LayerValue>;
  warnings: string[];
}

/** A key of a file with its node. */
interface Entry {
  key: string;
  /** File and line. */
  place: string;
  node: unknown;
}

const MISSING: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR']);

/** What a configuration file sets, and what is strange about it and yet no error. */
export interface ReadFile {
  values: Layer;
  warnings: readonly string[];
}

/** Reads a configuration file; undefined where there is none. Throws INVALID_CONFIG with file, line and key. */
export async function readConfigFile(path: string): Promise<ReadFile | undefined> {
  const text = await readText(path);
  if (text === undefined) return undefined;
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const problem = yamlProblem(document, lines);
  if (problem) throw invalidConfig(`${path}:${problem.line}`, problem.why);
  const source: Source = { path, document, lines, values: new Map(), warnings: [] };
  readGroup(source, { key: '', place: `${path}:1`, node: document.contents });
  return source;
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (MISSING.has(errorCode(error))) return undefined;
    if (errorCode(error) === 'EACCES' && (await isClosed(dirname(path)))) throw await closedHome(dirname(path));
    throw invalidConfig(path, `the file cannot be read: ${toError(error).message}`);
  }
}

function readGroup(source: Source, { key: group, place, node }: Entry): void {
  if (isEmpty(node)) return;
  if (!isMap(node)) throw invalidConfig(place, `${group === '' ? 'the file' : group} must be a map of settings`);
  for (const entry of entriesOf(source, node, group)) {
    if (settingOf(entry.key)) source.values.set(entry.key, layerValue(source, entry));
    else if (namesBelow(entry.key).length > 0) readGroup(source, entry);
    else if (keyToday(entry.key) !== undefined) readEarlier(source, entry);
    else throw invalidConfig(entry.place, unknownKey(entry.key, group));
  }
}

/** Today's key wins where a file has both, whichever stands first: it is set in any case, and this only where nothing is. */
function readEarlier(source: Source, entry: Entry): void {
  const read = layerValue(source, entry);
  for (const [key, value] of valuesToday(entry.key, read.value)) {
    if (!source.values.has(key)) source.values.set(key, { ...read, value });
  }
  source.warnings.push(renamedWarning(`${entry.key} (${entry.place})`, keyToday(entry.key) ?? ''));
}

function entriesOf(source: Source, map: YAMLMap, group: string): Entry[] {
  return map.items.map(({ key, value }) => {
    const name = String(isScalar(key) ? key.value : key);
    const at = isNode(key) && key.range ? source.lines.linePos(key.range[0]).line : 1;
    const node = isAlias(value) ? value.resolve(source.document) : value;
    return { key: group === '' ? name : `${group}.${name}`, place: `${source.path}:${at}`, node };
  });
}

function layerValue({ document, path }: Source, { place, node }: Entry): LayerValue {
  const value: unknown = isNode(node) ? node.toJS(document) : node;
  return { value, from: place, base: dirname(path) };
}

function unknownKey(key: string, group: string): string {
  const names = namesBelow(group);
  const meant = closest(key.slice(group === '' ? 0 : group.length + 1), names);
  return `there is no setting ${key}; ${meant === undefined ? `possible here: ${names.join(', ')}` : `did you mean ${meant}?`}`;
}

function isEmpty(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}
