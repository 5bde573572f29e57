/** Bash takes these for words of their own. */
const BREAKS: ReadonlySet<string> = new Set(['=', ':']);

/** Words as they were typed. */
export interface JoinedWords {
  words: string[];
  /** What stands of the last word before what bash replaces. */
  kept: string;
}

/** Words as they were typed, of the words that bash made of them. */
export function joinedWords(split: readonly string[]): JoinedWords {
  const words: string[] = [];
  let isOpen = false;
  let kept = '';
  for (const word of split) {
    const isBreak = BREAKS.has(word);
    const before = (isBreak || isOpen) && words.length > 0 ? (words.pop() ?? '') : '';
    words.push(before + word);
    kept = isBreak ? before + word : before;
    isOpen = isBreak;
  }
  return { words, kept };
}
