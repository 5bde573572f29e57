import { isDeepStrictEqual } from 'node:util';
import { isMap, type Document } from 'yaml';
import { KlorosError } from '../base/errors.js';
import { blockLines, flowText, type NewEntry } from './entry.js';
import { checkedDocument } from './registry-content.js';

const HEADER =
  '# Capabilities of this colony: name → entry (module, enabled, description, …).\n' +
  '# Entries with auto_discovered: true were added by kloros; edit them freely, comments are kept.\n\n';

/** An insertion that leaves every other byte as it was. */
export interface Insertion {
  /** The whole new text. */
  text: string;
  /** The bytes that were added, and nothing else was. */
  inserted: string;
}

interface Candidate {
  at: number;
  inserted: string;
}

/**
 * Adds an entry to a registry's text by inserting and never by writing the file anew,
 * so that comments, anchors, quotes, blank lines, line ends and unknown keys stay byte for byte.
 * The result is parsed again and taken only when it says exactly the old plus the new; else REGISTRY_NOT_EDITABLE.
 */
export function insertEntry(text: string, entry: NewEntry, path: string): Insertion {
  const document = checkedDocument(text, path);
  const before = mapOf(document);
  for (const candidate of candidates(text, document, entry)) {
    const result = text.slice(0, candidate.at) + candidate.inserted + text.slice(candidate.at);
    if (saysExactly(result, before, entry)) return { text: result, inserted: candidate.inserted };
  }
  throw notEditable(path, entry);
}

/** The text of a registry that did not exist. */
export function newRegistry(entry: NewEntry): Insertion {
  const text = `${HEADER}${blockLines(entry).join('\n')}\n`;
  return { text, inserted: text };
}

/** Whether the text is a registry that says the same as `before` plus the entry. */
function saysExactly(text: string, before: Map<unknown, unknown>, entry: NewEntry): boolean {
  try {
    const after = mapOf(checkedDocument(text, ''));
    const added: unknown = after.get(entry.name);
    after.delete(entry.name);
    return isDeepStrictEqual(after, before) && isDeepStrictEqual(added, new Map(Object.entries(entry.fields)));
  } catch {
    return false; // This place would break the file: the next candidate is tried.
  }
}

function mapOf(document: Document): Map<unknown, unknown> {
  const value: unknown = document.toJS({ mapAsMap: true });
  return value instanceof Map ? new Map<unknown, unknown>(value) : new Map<unknown, unknown>();
}

function candidates(text: string, document: Document.Parsed, entry: NewEntry): Candidate[] {
  const contents = document.contents;
  if (isMap(contents) && contents.flow === true) return flowCandidates(text, contents.range, entry);
  const start = contents?.range[0] ?? text.length;
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start).replace(/^\uFEFF/, '');
  const ends = [text.length, document.range[2], document.range[1], contents?.range[2] ?? text.length];
  const spaced = hasBlankLines(text) ? [true, false] : [false];
  const atEnd = ends.flatMap((at) => spaced.map((blank) => blockAt(text, at, { entry, indent, blank })));
  return [...atEnd, blockAt(text, start - indent.length, { entry, indent, blank: false })];
}

interface BlockStyle {
  entry: NewEntry;
  indent: string;
  /** A blank line in front, as the file does it. */
  blank: boolean;
}

function blockAt(text: string, at: number, style: BlockStyle): Candidate {
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const indent = /^ *$/.test(style.indent) ? style.indent : '';
  const lines = blockLines(style.entry).map((line) => indent + line + newline);
  const before = text[at - 1];
  const open = at > 0 && before !== '\n' && before !== '\uFEFF';
  return { at, inserted: (open ? newline : '') + (style.blank ? newline : '') + lines.join('') };
}

function hasBlankLines(text: string): boolean {
  return /\n[ \t]*\r?\n\S/.test(text);
}

function flowCandidates(text: string, range: readonly number[] | null | undefined, entry: NewEntry): Candidate[] {
  const [start = 0, end = text.length] = range ?? [];
  const flow = flowText(entry);
  const close = end - 1;
  return [
    { at: close, inserted: flow },
    { at: close, inserted: `, ${flow}` },
    { at: start + 1, inserted: `${flow}, ` },
  ];
}

function notEditable(path: string, entry: NewEntry): KlorosError {
  return new KlorosError({
    code: 'REGISTRY_NOT_EDITABLE',
    message: `No place was found in ${path} where ${entry.name} could be added without changing something else`,
    why: 'The file was left untouched: every place that was tried would have altered an existing value.',
    next: [`Add the entry by hand:\n${blockLines(entry).join('\n')}`],
  });
}
