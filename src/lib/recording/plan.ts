import { own, setOwn } from '../base/own.js';
import { chosenOf, playedName, type PlayQuery } from './play.js';

/** What playing a recording comes to. */
export interface Plan {
  total: number;
  /** By the name under which it is said. */
  signals: Record<string, number>;
  /** Daemons that hear any of these names. */
  hearers: string[];
}

/** Counts what would be said, and asks who would hear it. */
export async function planOf(
  query: PlayQuery,
  hearersOf: (names: readonly string[]) => Promise<readonly { name: string }[]>,
): Promise<Plan> {
  const signals: Record<string, number> = {};
  for await (const { signal } of chosenOf(query)) {
    const name = playedName(signal.signal, query);
    setOwn(signals, name, (own(signals, name) ?? 0) + 1);
  }
  const names = Object.keys(signals);
  const hearers = (await hearersOf(names)).map(({ name }) => name);
  return { total: Object.values(signals).reduce((sum, count) => sum + count, 0), signals, hearers };
}
