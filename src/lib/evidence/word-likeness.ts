import { boundedMap } from './bounded-map.js';
import type { Lexicon } from './lexicon.js';
import type { Token } from './phrase.js';
import { OPPOSITE_PAIRS, SAME_GROUPS } from './vocabulary.js';

/** How alike two words are. */
export interface WordLikeness {
  /** 0..1; 1 for the same word. */
  likeness(a: Token, b: Token): number;
  /** One is the contrary of the other. */
  opposite(a: Token, b: Token): boolean;
}

const SAME_TERM = 0.95;
const SAME_ROOT = 0.92;
/** Two usual senses in one synset; less where a sense is rarer. */
const SYNONYM = 0.9;
const LOSS_PER_RANK = 0.08;
const ONE_STEP_MORE_GENERAL = 0.5;
const SAME_START = 0.75;
const NEGATING_PREFIX = /^(?:un|non|anti|dis)/;

const groupsOf = indexGroups();
const oppositesOf = indexOpposites();

/** Pairs of words whose relation is remembered. */
const PAIRS_KEPT = 20_000;
const FAMILIES_KEPT = 4_000;

/** Compares words by the engineers' vocabulary and by WordNet; remembers what it found. */
export function wordLikeness(lexicon: Lexicon): WordLikeness {
  const likenesses = boundedMap<number>(PAIRS_KEPT);
  const opposites = boundedMap<boolean>(PAIRS_KEPT);
  const families = boundedMap<Family>(FAMILIES_KEPT);
  const family = (token: Token) => families.get(token.raw, () => familyOf(token, lexicon));
  return {
    likeness: (a, b) => likenesses.get(pairKey(a, b), () => likenessOf(a, b, lexicon)),
    opposite: (a, b) => opposites.get(pairKey(a, b), () => isOpposite(a, b, family)),
  };
}

// The raw word decides whether it is a name, and is the only one that shows a negating prefix.
function pairKey(a: Token, b: Token): string {
  return `${a.isName ? '=' : ''}${a.raw} ${b.isName ? '=' : ''}${b.raw}`;
}

function likenessOf(a: Token, b: Token, lexicon: Lexicon): number {
  if (a.lemma === b.lemma || a.stem === b.stem) return 1;
  if (a.isNumber || b.isNumber) return 0;
  if (sharesGroup(a.lemma, b.lemma)) return SAME_TERM;
  if (a.isName || b.isName) return 0;
  return Math.max(rootLikeness(a, b, lexicon), senseLikeness(a.lemma, b.lemma, lexicon));
}

function sharesGroup(a: string, b: string): boolean {
  const groups = groupsOf.get(a);
  return groups !== undefined && [...(groupsOf.get(b) ?? [])].some((group) => groups.has(group));
}

function rootLikeness(a: Token, b: Token, lexicon: Lexicon): number {
  const [one, other] = [lexicon.word(a.lemma), lexicon.word(b.lemma)];
  if (one.derived.has(b.lemma) || other.derived.has(a.lemma)) return SAME_ROOT;
  if ([...one.derived].some((lemma) => other.derived.has(lemma))) return SAME_ROOT;
  const viaGroup = [...one.derived].some((lemma) => sharesGroup(lemma, b.lemma));
  const back = [...other.derived].some((lemma) => sharesGroup(lemma, a.lemma));
  if (viaGroup || back) return SAME_ROOT;
  return sameStart(a.stem, b.stem) ? SAME_START : 0;
}

/** Words of one root that the dictionary does not link: deduplicate, deduplicator. */
function sameStart(a: string, b: string): boolean {
  const shorter = Math.min(a.length, b.length);
  const longer = Math.max(a.length, b.length);
  return shorter >= 6 && longer - shorter <= 4 && a.slice(0, shorter) === b.slice(0, shorter);
}

function senseLikeness(a: string, b: string, lexicon: Lexicon): number {
  const [one, other] = [lexicon.word(a), lexicon.word(b)];
  let best = 0;
  for (const [sense, rank] of one.senses) {
    const otherRank = other.senses.get(sense);
    if (otherRank !== undefined) best = Math.max(best, SYNONYM - LOSS_PER_RANK * (rank + otherRank));
  }
  if (best > 0) return Math.max(best, 0);
  const general =
    usual(one.senses).some((id) => other.general.has(id)) || usual(other.senses).some((id) => one.general.has(id));
  return general ? ONE_STEP_MORE_GENERAL : 0;
}

function usual(senses: ReadonlyMap<string, number>): string[] {
  return [...senses].filter(([, rank]) => rank === 0).map(([id]) => id);
}

interface Family {
  /** The word, what else it is called, and the words of its root: compression and decompress are contraries too. */
  words: ReadonlySet<string>;
  /** The contraries of all these. */
  contraries: ReadonlySet<string>;
}

function isOpposite(a: Token, b: Token, family: (token: Token) => Family): boolean {
  const [one, other] = [family(a), family(b)];
  if (overlaps(one.contraries, other.words) || overlaps(other.contraries, one.words)) return true;
  return isNegated(a.lemma, b.lemma) || isNegated(b.lemma, a.lemma);
}

function familyOf({ lemma, raw }: Token, lexicon: Lexicon): Family {
  const alike = [...(groupsOf.get(lemma) ?? [])].flatMap((group) => SAME_GROUPS[group] ?? []);
  const words = new Set([lemma, raw.toLowerCase(), ...lexicon.word(lemma).derived, ...alike]);
  const contraries = [...words].flatMap((word) => [...(oppositesOf.get(word) ?? []), ...lexicon.word(word).antonyms]);
  return { words, contraries: new Set(contraries) };
}

function overlaps(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const value of a) if (b.has(value)) return true;
  return false;
}

function isNegated(word: string, base: string): boolean {
  return base.length >= 4 && NEGATING_PREFIX.test(word) && word.replace(NEGATING_PREFIX, '') === base;
}

function indexGroups(): Map<string, Set<number>> {
  const index = new Map<string, Set<number>>();
  SAME_GROUPS.forEach((group, number) => {
    for (const term of group) index.set(term, (index.get(term) ?? new Set()).add(number));
  });
  return index;
}

function indexOpposites(): Map<string, Set<string>> {
  const index = new Map<string, Set<string>>();
  for (const [a = '', b = ''] of OPPOSITE_PAIRS) {
    index.set(a, (index.get(a) ?? new Set()).add(b));
    index.set(b, (index.get(b) ?? new Set()).add(a));
  }
  return index;
}
