import { boundedMap } from './bounded-map.js';
import type { Lexicon } from './lexicon.js';
import { readPhrase, type Phrase, type Token } from './phrase.js';
import { wordLikeness, type WordLikeness } from './word-likeness.js';

/** Why two phrases that look alike are not. */
export interface Opposition {
  kind: 'negation' | 'antonym' | 'direction' | 'number' | 'name';
  /** The words that make the difference, one of each phrase. */
  between: [string, string];
}

/** How alike two phrases are. */
export interface Likeness {
  /** 0..1; 0 where something speaks hard against it. */
  score: number;
  /** 0..1, as if what speaks against it were not there: high for contraries, low for unrelated things. */
  apart: number;
  opposition: Opposition | undefined;
}

interface Match {
  a: Token;
  b: Token;
  likeness: number;
}

interface Alignment {
  matches: Match[];
  /** Words without a counterpart. */
  restA: Token[];
  restB: Token[];
}

/** Below this two words are not each other's counterpart. */
const COUNTERPART = 0.45;

/** Phrases kept taken apart. */
const PHRASES_KEPT = 5_000;

/** Compares two phrases; symmetric, and 1 for the same words. */
export type PhraseComparer = (a: string, b: string) => Likeness;

/** A comparer that remembers phrases and pairs of words: one module's phrases are held against each other often. */
export function phraseComparer(lexicon: Lexicon): PhraseComparer {
  const phrases = boundedMap<Phrase>(PHRASES_KEPT);
  const read = (text: string) => phrases.get(text, () => readPhrase(text, lexicon));
  const words = wordLikeness(lexicon);
  return (a, b) => compare(read(a), read(b), words);
}

function compare(one: Phrase, other: Phrase, words: WordLikeness): Likeness {
  const aligned = align(one.tokens, other.tokens, words);
  const antonyms = pairs(aligned).find(([x, y]) => words.opposite(x, y));
  const opposition = oppositionOf({ one, other, aligned, antonyms, words });
  const apart = dice(aligned, opposition === undefined ? [] : counted(aligned, opposition));
  return { score: opposition === undefined ? dice(aligned, []) : 0, apart, opposition };
}

/** Pairs every word with its best counterpart, the most alike first. */
function align(a: readonly Token[], b: readonly Token[], words: WordLikeness): Alignment {
  const all = a.flatMap((x) => b.map((y) => ({ a: x, b: y, likeness: words.likeness(x, y) })));
  const matches: Match[] = [];
  const [restA, restB] = [new Set(a), new Set(b)];
  for (const match of all.sort((x, y) => y.likeness - x.likeness)) {
    if (match.likeness < COUNTERPART || !restA.has(match.a) || !restB.has(match.b)) continue;
    // What a dictionary calls alike may still be contraries: it says so of lock and unlock by their root.
    if (match.likeness < 1 && words.opposite(match.a, match.b)) continue;
    restA.delete(match.a);
    restB.delete(match.b);
    matches.push(match);
  }
  return { matches, restA: [...restA], restB: [...restB] };
}

function pairs({ restA, restB }: Alignment): [Token, Token][] {
  return restA.flatMap((a) => restB.map((b): [Token, Token] => [a, b]));
}

interface Compared {
  one: Phrase;
  other: Phrase;
  aligned: Alignment;
  antonyms: [Token, Token] | undefined;
  words: WordLikeness;
}

function oppositionOf({ one, other, aligned, antonyms, words }: Compared): Opposition | undefined {
  if (one.negations % 2 !== other.negations % 2) return { kind: 'negation', between: [one.text, other.text] };
  if (antonyms) return { kind: 'antonym', between: rawOf(antonyms) };
  const turned = one.directions.find((x) => other.directions.some((y) => isTurned(x, y, words)));
  if (turned) return { kind: 'direction', between: [turned.from.raw, turned.to.raw] };
  return differing(aligned, 'number') ?? differing(aligned, 'name') ?? differingIdentifiers({ one, other, aligned });
}

type Direction = Phrase['directions'][number];

function isTurned(x: Direction, y: Direction, words: WordLikeness): boolean {
  const alike = (a: Token, b: Token) => words.likeness(a, b) >= COUNTERPART;
  return alike(x.from, y.to) && alike(x.to, y.from) && !alike(x.from, x.to);
}

/** Both name a number, or a proper name, that the other lacks. */
function differing({ restA, restB }: Alignment, kind: 'number' | 'name'): Opposition | undefined {
  const is = (token: Token) => (kind === 'number' ? token.isNumber : token.isName);
  const [a, b] = [restA.find(is), restB.find(is)];
  return a && b ? { kind, between: [a.raw, b.raw] } : undefined;
}

function differingIdentifiers({
  one,
  other,
  aligned,
}: Pick<Compared, 'one' | 'other' | 'aligned'>): Opposition | undefined {
  if (!one.isIdentifier || !other.isIdentifier) return undefined;
  const rest = aligned.restA.length + aligned.restB.length;
  return rest === 0 ? undefined : { kind: 'name', between: [one.text, other.text] };
}

function rawOf([a, b]: [Token, Token]): [string, string] {
  return [a.raw, b.raw];
}

/** The words that make the difference count as counterparts when the rest is judged. */
function counted({ restA, restB }: Alignment, { kind, between }: Opposition): Match[] {
  if (kind === 'negation' || kind === 'direction') return [];
  const [a, b] = [restA.find((token) => token.raw === between[0]), restB.find((token) => token.raw === between[1])];
  return a && b ? [{ a, b, likeness: 1 }] : [];
}

/** Share of the weight that has a counterpart, times how good these are. */
function dice({ matches, restA, restB }: Alignment, more: readonly Match[]): number {
  const all = [...matches, ...more];
  const found = all.reduce((sum, { a, b, likeness }) => sum + likeness * (a.weight + b.weight), 0);
  const takenA = new Set(more.map(({ a }) => a));
  const takenB = new Set(more.map(({ b }) => b));
  const rest = [...restA.filter((token) => !takenA.has(token)), ...restB.filter((token) => !takenB.has(token))];
  const total =
    all.reduce((sum, { a, b }) => sum + a.weight + b.weight, 0) + rest.reduce((sum, t) => sum + t.weight, 0);
  return total === 0 ? 0 : found / total;
}
