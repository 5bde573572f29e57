/** Prints what a fault test measured as one JSON line; vitest would decorate what the console prints. */
export function printFigures(test: string, figures: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify({ test, ...figures })}\n`);
}

/** A size of a campaign: what the environment says, else the bounded form that CI runs. */
export function campaign(name: string, bounded: number): number {
  const asked = process.env[`KLOROS_FAULT_${name}`];
  return asked === undefined ? bounded : Number.parseInt(asked, 10);
}

/** Random numbers 0 ≤ x < 1 that a seed repeats (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Rounds for people. */
export function rounded(value: number, digits = 1): number {
  return Number(value.toFixed(digits));
}
