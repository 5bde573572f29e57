import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { own } from '../base/own.js';

/** WordNet's parts of speech; each has an index file and a data file. */
export const PARTS = ['noun', 'verb', 'adj', 'adv'] as const;
export type Part = (typeof PARTS)[number];

/** One relation from a word of a synset to a word of another. */
export interface Pointer {
  /** `!` antonym, `+` derivationally related, `@` more general, `&` similar, … (wninput(5WN)). */
  symbol: string;
  synset: string;
  /** Position of the word in its synset, from 1; 0 means all of them. */
  from: number;
  to: number;
}

/** Words that mean the same. */
export interface Synset {
  /** Lower case, words of a collocation joined by `_`. */
  words: string[];
  pointers: Pointer[];
}

/** The dictionary's files, read where and when they are needed. */
export interface WordNetFiles {
  /** Ids of the synsets of a lemma, the most usual first; empty where it has none. */
  senses(lemma: string, part: Part): string[];
  synset(id: string): Synset;
  close(): void;
}

const NEWLINE = 0x0a;
/** Most lines are shorter; a longer one is read on. */
const LINE_BYTES = 1_024;
const LETTER: Record<string, Part> = { n: 'noun', v: 'verb', a: 'adj', s: 'adj', r: 'adv' };

/** Opens a WordNet `dict` folder; the indices (6 MB in all) are read on first use, synsets one line at a time. */
export function openWordNetFiles(folder: string): WordNetFiles {
  const indices = new Map<Part, Buffer>();
  const data = new Map<Part, number>();
  return {
    senses(lemma, part) {
      if (!/^\S+$/.test(lemma)) return []; // The licence stands at the head of each index, indented.
      const index = kept(indices, part, () => readFileSync(join(folder, `index.${part}`)));
      return sensesOf(indexLine(index, lemma), part);
    },
    synset(id) {
      const [part, offset] = placeOf(id);
      const file = kept(data, part, () => openSync(join(folder, `data.${part}`), 'r'));
      return parseSynset(lineAt(file, offset));
    },
    close() {
      data.forEach((file) => closeSync(file));
      data.clear();
    },
  };
}

function kept<K, V>(values: Map<K, V>, key: K, make: () => V): V {
  const known = values.get(key);
  if (known !== undefined) return known;
  const made = make();
  values.set(key, made);
  return made;
}

/** The line of a sorted index that starts with the lemma, by binary search. */
function indexLine(index: Buffer, lemma: string): string | undefined {
  const wanted = Buffer.from(`${lemma} `);
  let low = 0;
  let high = index.length;
  while (low < high) {
    const start = index.lastIndexOf(NEWLINE, Math.floor((low + high) / 2) - 1) + 1;
    const end = lineEnd(index, start);
    const order = wanted.compare(index, start, Math.min(start + wanted.length, end));
    if (order === 0) return index.toString('utf8', start, end);
    if (order > 0) low = end + 1;
    else high = start;
  }
  return undefined;
}

function lineEnd(bytes: Buffer, start: number): number {
  const end = bytes.indexOf(NEWLINE, start);
  return end === -1 ? bytes.length : end;
}

// lemma pos synset_count pointer_count [symbols] sense_count tagged_count offsets…
function sensesOf(line: string | undefined, part: Part): string[] {
  if (line === undefined) return [];
  const fields = line.trim().split(' ');
  const count = Number(fields[2]);
  return fields.slice(-count).map((offset) => `${part}:${offset}`);
}

function placeOf(id: string): [Part, number] {
  const [name, offset] = id.split(':');
  const part = PARTS.find((known) => known === name);
  if (part === undefined) throw new RangeError(`${id} is not the id of a synset`);
  return [part, Number(offset)];
}

function lineAt(file: number, offset: number): string {
  let bytes = Buffer.alloc(0);
  while (!bytes.includes(NEWLINE)) {
    const more = Buffer.alloc(LINE_BYTES);
    const count = readSync(file, more, 0, LINE_BYTES, offset + bytes.length);
    if (count === 0) break;
    bytes = Buffer.concat([bytes, more.subarray(0, count)]);
  }
  return bytes.toString('utf8', 0, lineEnd(bytes, 0));
}

// offset lexfile type word_count(hex) [word lex_id]… pointer_count [symbol offset pos source/target(hex)]… | gloss
function parseSynset(line: string): Synset {
  const fields = line.split(' ');
  const wordCount = Number.parseInt(fields[3] ?? '0', 16);
  const words = Array.from({ length: wordCount }, (_, at) => bareWord(fields[4 + 2 * at] ?? ''));
  const pointersAt = 4 + 2 * wordCount;
  const pointerCount = Number(fields[pointersAt] ?? '0');
  const pointers = Array.from({ length: pointerCount }, (_, at) =>
    parsePointer(fields.slice(pointersAt + 1 + 4 * at, pointersAt + 5 + 4 * at)),
  );
  return { words, pointers };
}

function parsePointer([symbol = '', offset = '', letter = '', ends = '0000']: string[]): Pointer {
  return {
    symbol,
    synset: `${own(LETTER, letter) ?? 'noun'}:${offset}`,
    from: Number.parseInt(ends.slice(0, 2), 16),
    to: Number.parseInt(ends.slice(2), 16),
  };
}

// Adjectives carry a marker of their place: `galore(ip)`.
function bareWord(word: string): string {
  return word.replace(/\(\w+\)$/, '').toLowerCase();
}
