import type { Bus } from '../bus/bus.js';
import type { Letter } from './letter.js';

/** Ends a letter in the journal, only where the journal means the same failure by its number. */
export async function resolveInJournal(
  { number, key }: Letter,
  journal: Pick<Bus, 'deadLetters' | 'resolve'>,
): Promise<void> {
  if (number === null) return;
  const [open] = await journal.deadLetters(number - 1);
  if (open?.number === number && open.key === key) await journal.resolve(number);
}
