import { describe, expect, it } from 'vitest';
import { joinedWords } from '../../../src/lib/completion/split.js';

describe('words that bash split', () => {
  it.each([
    [['dlq', 'show', ''], ['dlq', 'show', ''], ''],
    [['x', '--signal', '=', 'Q_'], ['x', '--signal=Q_'], '--signal='],
    [['x', '--signal', '='], ['x', '--signal='], '--signal='],
    [['x', '--a', '=', '1', ''], ['x', '--a=1', ''], ''],
    [['trace', 'intent', ':', 'a', ':', 'b'], ['trace', 'intent:a:b'], 'intent:a:'],
    [['='], ['='], '='],
  ])('%j are joined, and what bash keeps of the last is known', (split, words, kept) => {
    expect(joinedWords(split)).toEqual({ words, kept });
  });
});
