import type { StateChange } from '../bus/bus.js';

/** A key of a daemon's state that outside text makes, and since when. */
export interface Aged {
  key: string;
  atMs: number;
}

/** So many of a kind are kept, whoever asks for more: they are read whole at each decision. */
export const MOST_KEPT = 2_000;
/** Many are forgotten at once, so that it is not done at each one more. */
const LEFT_OF_THEM = 0.9;

/** Forgets the oldest of a kind where there would be more than are kept with so many new ones. */
export function oldestForgotten(kept: readonly Aged[], added: number): StateChange[] {
  if (kept.length + added <= MOST_KEPT) return [];
  const oldestFirst = kept.toSorted((a, b) => a.atMs - b.atMs || (a.key < b.key ? -1 : 1));
  const gone = kept.length + added - MOST_KEPT * LEFT_OF_THEM;
  return oldestFirst.slice(0, gone).map(({ key }) => ({ key, value: null }));
}
