import { isNode, parseDocument, stringify, type Document } from 'yaml';
import { own, setOwn } from '../base/own.js';
import type { Value } from './edit-env.js';

/** Ways to write a change, the one that touches least first; the caller takes the first that says exactly what it shall. */
export function yamlCandidates(text: string, key: string, value: Value): (() => string)[] {
  const splices = [stringify, (one: unknown) => JSON.stringify(one)].map(
    (write) => () => splice(text, key, write(value).trimEnd()),
  );
  const rewritten = () => {
    const document = parseDocument(text);
    const path = pathOf(document, key);
    if (value === null) document.deleteIn(path);
    else document.setIn(path, value);
    return document.toString({ flowCollectionPadding: false, lineWidth: 0 });
  };
  return value === null ? [() => withoutLine(text, key), rewritten] : [...splices, rewritten];
}

/** The same for JSON, whose text is also YAML. */
export function jsonCandidates(text: string, key: string, value: Value): (() => string)[] {
  const indent = /\n([ \t]+)"/.exec(text)?.[1] ?? (text.includes('\n') || text === '' ? '  ' : '');
  const rewritten = () => {
    const root: unknown = text.trim() === '' ? {} : JSON.parse(text);
    put(root, Object.hasOwn(Object(root) as object, key) ? [key] : key.split('.'), value);
    return `${JSON.stringify(root, null, indent)}${text === '' || text.endsWith('\n') ? '\n' : ''}`;
  };
  return value === null ? [rewritten] : [() => splice(text, key, JSON.stringify(value)), rewritten];
}

/** The value of a key: of the key as it is written, else of the path that its dots name; undefined where it is not there. */
export function valueAt(root: unknown, key: string): unknown {
  if (isRecord(root) && Object.hasOwn(root, key)) return own(root, key);
  return key.split('.').reduce<unknown>((at, part) => (isRecord(at) ? own(at, part) : undefined), root);
}

/** Replaces the bytes of a value and no others; throws where there is none. */
function splice(text: string, key: string, written: string): string {
  const document = parseDocument(text, { keepSourceTokens: false });
  const node: unknown = document.getIn(pathOf(document, key), true);
  if (!isNode(node) || !node.range) throw new Error('there is no value to replace');
  const [start, end] = node.range;
  return text.slice(0, start) + written + text.slice(end);
}

/** Without the line on which a value stands: the rewritten document would lose a comment above it. */
function withoutLine(text: string, key: string): string {
  const document = parseDocument(text);
  const node: unknown = document.getIn(pathOf(document, key), true);
  if (!isNode(node) || !node.range) throw new Error('there is no value to remove');
  const start = text.lastIndexOf('\n', node.range[0] - 1) + 1;
  const end = text.indexOf('\n', node.range[0]);
  return text.slice(0, start) + (end === -1 ? '' : text.slice(end + 1));
}

function pathOf(document: Document, key: string): string[] {
  return document.has(key) ? [key] : key.split('.');
}

function put(root: unknown, [name = '', ...rest]: string[], value: Value): void {
  if (!isRecord(root)) throw new Error('a part of the path is no map');
  if (rest.length > 0) {
    if (!Object.hasOwn(root, name)) setOwn(root, name, {});
    return put(own(root, name), rest, value);
  }
  if (value === null) Reflect.deleteProperty(root, name);
  else setOwn(root, name, value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
