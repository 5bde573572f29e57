import { createHash } from 'node:crypto';

/** Random numbers that a seed repeats. */
export interface Random {
  /** 0 ≤ x < 1. */
  next(): number;
  /** A whole number below n. */
  below(n: number): number;
  /** Normally distributed around 0 with a deviation of 1. */
  gaussian(): number;
  pick<T>(items: readonly [T, ...T[]]): T;
  shuffled<T>(items: readonly T[]): T[];
}

/** A generator for one purpose, e.g. `(7, 'audio', 3)`: the same words, the same numbers (mulberry32). */
export function randomOf(...words: readonly (string | number)[]): Random {
  let state = createHash('sha256').update(words.join('\n')).digest().readUInt32LE(0);
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (n: number) => Math.floor(next() * n);
  return {
    next,
    below,
    // Box and Muller; 1 − x is never 0, whose logarithm is infinite.
    gaussian: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    pick: <T>(items: readonly [T, ...T[]]) => items[below(items.length)] ?? items[0],
    shuffled: (items) => shuffle([...items], below),
  };
}

function shuffle<T>(items: T[], below: (n: number) => number): T[] {
  return items.reduceRight<T[]>((mixed, item) => {
    const at = below(mixed.length + 1);
    mixed.splice(at, 0, item);
    return mixed;
  }, []);
}
