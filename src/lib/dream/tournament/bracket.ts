import { own } from '../../base/own.js';

/** A match of a bracket: who is known to play it, and who won. */
export interface BracketMatch {
  /** `<round>.<number>`, from 1. */
  id: string;
  /** Undefined while the match before it is open; null where nobody comes: a bye, or two that failed. */
  a: string | null | undefined;
  b: string | null | undefined;
  winner: string | null | undefined;
}

/** Winners of matches that were played, by the id of the match. */
export type Winners = Readonly<Record<string, string | null>>;

/**
 * Every match of a single elimination bracket as it stands. Entrants are given the best first: the best two can only
 * meet in the final, and byes go to the best. What nobody plays is decided by itself.
 */
export function bracketOf(entrants: readonly string[], winners: Winners): BracketMatch[] {
  const slots = seedOrder(entrants.length).map((seed) => entrants[seed] ?? null);
  const matches: BracketMatch[] = [];
  let round: (string | null | undefined)[] = slots;
  for (let number = 1; round.length > 1; number += 1) {
    const played = pairsOf(round).map(([a, b], index) => matchOf(`${number}.${index + 1}`, [a, b], winners));
    matches.push(...played);
    round = played.map(({ winner }) => winner);
  }
  return matches;
}

/** Matches whose two entrants are known and that were not played. */
export function playable(matches: readonly BracketMatch[]): (BracketMatch & { a: string; b: string })[] {
  return matches.filter(
    (match): match is BracketMatch & { a: string; b: string } =>
      match.winner === undefined && typeof match.a === 'string' && typeof match.b === 'string',
  );
}

/** Who won the last match; undefined while it is open, null where nobody is left. */
export function championOf(entrants: readonly string[], matches: readonly BracketMatch[]): string | null | undefined {
  const last = matches.at(-1);
  return last === undefined ? (entrants[0] ?? null) : last.winner;
}

function matchOf(id: string, [a, b]: readonly [Entrant, Entrant], winners: Winners): BracketMatch {
  if (Object.hasOwn(winners, id)) return { id, a, b, winner: own(winners, id) };
  if (a === undefined || b === undefined) return { id, a, b, winner: undefined };
  if (a === null || b === null) return { id, a, b, winner: a ?? b };
  return { id, a, b, winner: undefined };
}

type Entrant = string | null | undefined;

function pairsOf(round: readonly Entrant[]): [Entrant, Entrant][] {
  return Array.from({ length: round.length / 2 }, (_, index) => [round[2 * index], round[2 * index + 1]]);
}

/** Seeds in the order of their slots: 0, 7, 3, 4, 1, 6, 2, 5 for eight. */
function seedOrder(count: number): number[] {
  let order = [0];
  while (order.length < count) {
    const last = order.length * 2 - 1;
    order = order.flatMap((seed, index) => (index % 2 === 0 ? [seed, last - seed] : [last - seed, seed]));
  }
  return order;
}
