import stem from 'wink-porter2-stemmer';
import { own } from '../base/own.js';
import type { Lexicon } from './lexicon.js';
import { LIGHT, NEGATION, NUMBER_WORDS, STOP } from './common-words.js';
import { EXPANSIONS } from './vocabulary.js';

/** A word that carries meaning. */
export interface Token {
  /** As it was written. */
  raw: string;
  /** Dictionary form, lower case. */
  lemma: string;
  stem: string;
  /** A proper name, acronym or word with digits: only itself means itself. */
  isName: boolean;
  isNumber: boolean;
  /** Its share in what the phrase is about. */
  weight: number;
}

/** A phrase as the measure sees it. */
export interface Phrase {
  text: string;
  tokens: Token[];
  /** How many words turn it round; two cancel each other. */
  negations: number;
  /** From what to what: `speech from text` and `text to speech` both go from text to speech. */
  directions: { from: Token; to: Token }[];
  /** Written as one identifier, e.g. `AudioRouter` or `load_user`. */
  isIdentifier: boolean;
}

interface Part {
  raw: string;
  /** Lower case. */
  word: string;
  /** Position of a capital that the start of a sentence does not explain. */
  capital: boolean;
}

const DIRECTION = new Set(['to', 'into', 'from']);
const LIGHT_WEIGHT = 0.4;
const NAME_WEIGHT = 1.2;
const IDENTIFIER = /^(?:[a-z0-9]+(?:[_.][a-z0-9]+)+|[A-Z]?[a-z0-9]+(?:[A-Z][a-z0-9]*)+)(?:\(\))?$/;
/** Unknown words with these endings are English all the same: deduplication, tokenizer. */
const ENGLISH_ENDING = /(?:i[sz]e[drs]?|i[sz]ing|ation|tion|ing|ed|er|or|ity|ment|able|ness|al|ly)$/;

/** Takes a phrase apart; `lexicon` gives the dictionary forms. */
export function readPhrase(text: string, lexicon: Lexicon): Phrase {
  const parts = expanded(partsOf(text));
  const negations = parts.filter((part) => NEGATION.has(part.word)).length;
  const slots = parts.map((part) => ({ word: part.word, token: tokenOf(part, lexicon) }));
  const tokens = slots.flatMap((slot) => slot.token ?? []);
  return { text, tokens, negations, directions: directionsOf(slots), isIdentifier: IDENTIFIER.test(text.trim()) };
}

function partsOf(text: string): Part[] {
  const plain = text
    .normalize('NFKC')
    .replace(/n['’]t\b/gi, ' not')
    .replace(/['’]s\b/g, '')
    .replace(/\b(re|co|pre|sub)-(?=\p{L})/giu, '$1');
  const words = plain.match(/\p{L}[\p{L}\p{N}_]*|\p{N}+(?:\.\p{N}+)?\p{L}*/gu) ?? [];
  return words.flatMap((word, at) => splitIdentifier(word).map((raw) => partOf(raw, at === 0)));
}

/** `AudioRouter`, `audio_router` and `HTTPServer` fall into their words; `IPv4` and `S3` stay whole. */
function splitIdentifier(word: string): string[] {
  if (/^\p{Lu}[\p{Lu}\p{N}]*(?:v\d+)?$/u.test(word)) return [word];
  return word
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1_$2')
    .replace(/(\p{Lu}+)(\p{Lu}\p{Ll}{2})/gu, '$1_$2')
    .split('_')
    .filter((part) => part !== '');
}

function partOf(raw: string, first: boolean): Part {
  const acronym = /^\p{Lu}[\p{Lu}\p{N}]+s?$/u.test(raw);
  return { raw, word: raw.toLowerCase(), capital: acronym || (!first && /^\p{Lu}/u.test(raw)) };
}

/** Terms and abbreviations become the words they stand for, so that `text to speech` is a thing and not a direction. */
function expanded(parts: readonly Part[]): Part[] {
  const result: Part[] = [];
  for (let at = 0; at < parts.length;) {
    const known = EXPANSIONS.find(({ term }) => term.every((word, ahead) => sameWord(parts[at + ahead]?.word, word)));
    const run = parts.slice(at, at + (known?.term.length ?? 1));
    result.push(...(known?.words.map((word) => ({ raw: word, word, capital: false })) ?? run));
    at += run.length;
  }
  return result;
}

function sameWord(word: string | undefined, wanted: string): boolean {
  return word === wanted || word === `${wanted}s`;
}

function tokenOf(part: Part, lexicon: Lexicon): Token | undefined {
  const { raw, word } = part;
  if (DIRECTION.has(word) || STOP.has(word) || NEGATION.has(word)) return undefined;
  const number = numberOf(word);
  if (number !== undefined)
    return { raw, lemma: number, stem: number, isName: false, isNumber: true, weight: NAME_WEIGHT };
  const lemma = lexicon.lemma(word);
  const isName = isNameLike(part, lemma, lexicon);
  const weight = LIGHT.has(lemma) ? LIGHT_WEIGHT : 1;
  return { raw, lemma, stem: stem(lemma), isName, isNumber: false, weight: isName ? NAME_WEIGHT : weight };
}

function numberOf(word: string): string | undefined {
  return own(NUMBER_WORDS, word) ?? (/^\d+(?:\.\d+)?$/.test(word) ? String(Number(word)) : undefined);
}

function isNameLike(part: Part, lemma: string, lexicon: Lexicon): boolean {
  if (/\p{L}/u.test(part.word) && /\p{N}/u.test(part.word)) return true;
  if (/^\p{Lu}[\p{Lu}\p{N}]+s?$/u.test(part.raw)) return true;
  return !lexicon.has(lemma) && (part.capital || !ENGLISH_ENDING.test(part.word));
}

interface Slot {
  word: string;
  token: Token | undefined;
}

function directionsOf(slots: readonly Slot[]): Phrase['directions'] {
  const directions: Phrase['directions'] = [];
  slots.forEach((slot, at) => {
    const before = slots.slice(0, at).findLast((other) => other.token)?.token;
    const after = slots.slice(at + 1).find((other) => other.token)?.token;
    if (!before || !after) return;
    if (slot.word === 'to' || slot.word === 'into') directions.push({ from: before, to: after });
    if (slot.word === 'from') directions.push({ from: after, to: before });
  });
  return directions;
}
