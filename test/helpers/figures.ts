/** Prints what a fault test measured as one JSON line; vitest would decorate what the console prints. */
export function printFigures(test: string, figures: Record<string, unknown>): void {
  process.stdout.write(`${JSON.stringify({ test, ...figures })}\n`);
}

const FULL = process.env['KLOROS_FAULT_FORM'] === 'full';

/** What random faults and hostile inputs are made from; the same seed makes the same ones. */
export const SEED = Number.parseInt(process.env['KLOROS_FAULT_SEED'] ?? '20251115', 10);

/** A size of the campaign: what the environment says, else that of its full form, or of the bounded one that CI runs. */
export function campaign(name: string, { bounded, full }: { bounded: number; full: number }): number {
  const asked = process.env[`KLOROS_FAULT_${name}`];
  if (asked !== undefined) return Number.parseInt(asked, 10);
  return FULL ? full : bounded;
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
