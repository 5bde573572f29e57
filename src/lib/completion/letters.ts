import { cutText } from '../base/cut-text.js';
import { lastLines } from '../base/file-end.js';
import { archivedOf } from '../dead-letter/archive.js';
import type { Letter } from '../dead-letter/letter.js';
import { lettersOf } from '../dead-letter/letters.js';
import type { Candidate } from './candidate.js';

/** Of a queue that is longer, the newest are enough to choose from. */
const MAX_BYTES = 1 << 20;
const SHOWN = 100;
const ERROR_LENGTH = 60;

/** Open dead letters, the newest first. */
export async function deadLetters(path: string): Promise<Candidate[]> {
  return shown(await newest(path));
}

/** Those that left the queue, the newest first. */
export async function archivedLetters(path: string): Promise<Candidate[]> {
  const lines = await lastLines(path, MAX_BYTES);
  return shown(lines.flatMap((line) => archivedOf(Buffer.from(line))?.letter ?? []));
}

/** Causes of open dead letters, the most frequent first. */
export async function groups(path: string): Promise<Candidate[]> {
  const found = new Map<string, { letter: Letter; count: number }>();
  for (const letter of await newest(path)) {
    const count = (found.get(letter.fingerprint)?.count ?? 0) + 1;
    found.set(letter.fingerprint, { letter, count });
  }
  return [...found]
    .sort(([, left], [, right]) => right.count - left.count)
    .map(([value, { letter, count }]) => ({ value, text: `${count} times: ${whatOf(letter)}` }));
}

async function newest(path: string): Promise<Letter[]> {
  return lettersOf((await lastLines(path, MAX_BYTES)).map((line) => Buffer.from(line)));
}

function shown(letters: readonly Letter[]): Candidate[] {
  const last = letters.slice(-SHOWN).toReversed();
  return last.map((letter) => ({ value: letter.id, text: whatOf(letter) }));
}

function whatOf({ signalName, daemon, error }: Letter): string {
  return [signalName, daemon, cutText(error, ERROR_LENGTH)].filter((part) => part !== '').join(' ');
}
