import { Document } from 'yaml';
import { shorten } from '../base/cut-text.js';

/** What the colony writes about a module it integrated (formats.md §5). */
export interface NewEntry {
  /** Key in the registry. */
  name: string;
  fields: {
    module: string;
    enabled: boolean;
    description: string;
    auto_discovered: true;
    /** ISO 8601. */
    discovered_at: string;
    py_files: number;
    investigation_id: string;
  };
}

const NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,99}$/;
// Words that one YAML version or another reads as something else than a name.
const RESERVED = /^(?:null|true|false|yes|no|on|off|y|n|__proto__|constructor|prototype)$/i;
const MAX_DESCRIPTION = 300;

/** Whether a module's name can be a key: a plain word to every YAML reader. */
export function isValidName(name: string): boolean {
  return NAME.test(name) && !RESERVED.test(name);
}

/** A description as one line of at most 300 characters without control characters. */
export function oneLine(text: string): string {
  const flat = text.replace(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
  return shorten(flat, MAX_DESCRIPTION);
}

/** The entry as lines of block YAML, quoted so that readers of YAML 1.1 (PyYAML) see the same values. */
export function blockLines(entry: NewEntry): string[] {
  const text = documentOf(entry).toString({ singleQuote: true, lineWidth: 0, flowCollectionPadding: false });
  return text.trimEnd().split('\n');
}

/** The entry as `key: {…}` on one line, for a registry whose top level is written in braces. */
export function flowText(entry: NewEntry): string {
  const pairs = blockLines(entry).slice(1);
  return `${entry.name}: {${pairs.map((pair) => flowPair(pair.trim())).join(', ')}}`;
}

function documentOf(entry: NewEntry): Document {
  return new Document({ [entry.name]: entry.fields }, { compat: 'yaml-1.1' });
}

// Plain scalars may hold commas and brackets in block style, but not inside braces.
function flowPair(pair: string): string {
  const at = pair.indexOf(': ');
  const value = pair.slice(at + 2);
  const safe = /^['"]/.test(value) || !/[,[\]{}]/.test(value);
  return safe ? pair : `${pair.slice(0, at)}: ${JSON.stringify(value)}`;
}
