/** Urgency in words, most urgent first. */
export const PRIORITIES = ['critical', 'high', 'normal', 'low'] as const;

/** Urgency of a question. */
export type Priority = (typeof PRIORITIES)[number];

/** Position in PRIORITIES: 0 is the most urgent. */
export type Urgency = 0 | 1 | 2 | 3;

/** What has no priority, or none that we know, is normal. */
const NORMAL: Urgency = 2;

const WORDS: ReadonlyMap<string, Urgency> = new Map([
  ['critical', 0],
  ['urgent', 0],
  ['high', 1],
  ['normal', 2],
  ['medium', 2],
  ['low', 3],
]);

/** Lowest integer of each urgency (formats.md §3): 9–10 critical, 7–8 high, 5–6 normal, below that low. */
const LEAST: readonly [number, Urgency][] = [
  [9, 0],
  [7, 1],
  [5, 2],
];

/** Urgency of an integer or a word, or undefined where it is neither. */
export function knownUrgency(value: unknown): Urgency | undefined {
  if (typeof value === 'number' && !Number.isNaN(value)) return LEAST.find(([least]) => value >= least)?.[1] ?? 3;
  if (typeof value !== 'string') return undefined;
  const word = value.trim().toLowerCase();
  return /^\d+$/.test(word) ? knownUrgency(Number(word)) : WORDS.get(word);
}

/** Urgency of an integer or a word on one scale, 0 the most urgent; anything else is normal. */
export function urgencyOf(value: unknown): Urgency {
  return knownUrgency(value) ?? NORMAL;
}

/** Urgency as a word. */
export function priorityOf(value: unknown): Priority {
  return PRIORITIES[urgencyOf(value)];
}

/** The more urgent of several integers and words; those that name no urgency do not count (formats.md §3). */
export function mostUrgent(values: readonly unknown[]): Priority {
  const known = values.map(knownUrgency).filter((urgency) => urgency !== undefined);
  return known.length === 0 ? PRIORITIES[NORMAL] : priorityOf(PRIORITIES[Math.min(...known) as Urgency]);
}
