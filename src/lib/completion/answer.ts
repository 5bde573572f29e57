import { terminalLine } from '../base/terminal-text.js';
import { complete, type Request } from './complete.js';
import { joinedWords } from './split.js';

/** Exit code that tells the shell to offer files too; the scripts know it. */
const FILES_TOO = 10;

/** What a shell is told: a candidate a line. */
export interface Answer {
  text: string;
  code: number;
}

const NOTHING: Answer = { text: '', code: 0 };

/** Answers the shell that the first word names, about the words after it. Never throws: a failed Tab is silent. */
export async function answer([shell, ...typed]: readonly string[], request: Omit<Request, 'words'>): Promise<Answer> {
  const isBash = shell === 'bash';
  const { words, kept } = isBash ? joinedWords(typed) : { words: typed, kept: '' };
  try {
    const { candidates, files } = await complete({ ...request, words });
    const safe = candidates.filter(({ value }) => value === terminalLine(value));
    const lines = safe.map(({ value, text = '' }) =>
      isBash ? value.slice(value.startsWith(kept) ? kept.length : 0) : `${value}\t${oneLine(text)}`,
    );
    return { text: lines.map((line) => `${line}\n`).join(''), code: files ? FILES_TOO : 0 };
  } catch {
    return NOTHING;
  }
}

function oneLine(text: string): string {
  return terminalLine(text.replaceAll(/\s+/g, ' '));
}
