import { isoTimestamp } from '../base/clock.js';
import { causeOf } from './fingerprint.js';
import { isQuarantined } from './filter.js';
import type { Letter } from './letter.js';

/** Failures of one cause. */
export interface LetterGroup {
  /** The cause's fingerprint, by which the group is named. */
  group: string;
  count: number;
  daemon: string;
  /** Empty where no signal failed. */
  signal: string;
  error_class: string;
  /** The error with what differs from case to case masked. */
  pattern: string;
  /** ISO 8601; null where no row says a time. */
  first_seen: string | null;
  last_seen: string | null;
  /** Age of the oldest in milliseconds. */
  oldest_age_ms: number | null;
  /** A row of the group: the newest. */
  sample: { id: string; error: string };
  /** What the signals are about: sources and the ids in their facts, the most frequent first. */
  affected: { what: string; count: number }[];
  quarantined: number;
  process_died: number;
}

interface Gathered {
  letters: Letter[];
  affected: Map<string, number>;
}

const AFFECTED_SHOWN = 5;
const ABOUT = /(?:^|_)(?:id|name|key)$/;

/** Groups by cause, the largest first. */
export function groupsOf(letters: readonly Letter[], asked: { nowMs: number; quarantineAfter: number }): LetterGroup[] {
  const gathered = new Map<string, Gathered>();
  for (const letter of letters) {
    const group = gathered.get(letter.fingerprint) ?? { letters: [], affected: new Map<string, number>() };
    gathered.set(letter.fingerprint, group);
    group.letters.push(letter);
    for (const what of aboutOf(letter)) group.affected.set(what, (group.affected.get(what) ?? 0) + 1);
  }
  return [...gathered.values()]
    .flatMap((group) => groupOf(group, asked) ?? [])
    .sort((left, right) => right.count - left.count);
}

function groupOf(
  { letters, affected }: Gathered,
  asked: { nowMs: number; quarantineAfter: number },
): LetterGroup | undefined {
  const sample = letters.reduce<Letter | undefined>((newest, one) => (isNewer(one, newest) ? one : newest), undefined);
  if (sample === undefined) return undefined;
  const firstMs = extreme(letters, ({ firstFailedAtMs }) => firstFailedAtMs, Math.min);
  const lastMs = extreme(letters, ({ failedAtMs }) => failedAtMs, Math.max);
  const { daemon, signalName, error, errorClass, fingerprint } = sample;
  return {
    group: fingerprint,
    count: letters.length,
    daemon,
    signal: signalName,
    error_class: errorClass,
    pattern: causeOf({ error, daemon, signalName }).pattern,
    first_seen: firstMs === null ? null : isoTimestamp(firstMs),
    last_seen: lastMs === null ? null : isoTimestamp(lastMs),
    oldest_age_ms: firstMs === null ? null : asked.nowMs - firstMs,
    sample: { id: sample.id, error },
    affected: mostFrequent(affected),
    quarantined: letters.filter((letter) => isQuarantined(letter, asked.quarantineAfter)).length,
    process_died: letters.filter(({ processDied }) => processDied).length,
  };
}

function isNewer(one: Letter, other: Letter | undefined): boolean {
  return other === undefined || (one.failedAtMs ?? 0) > (other.failedAtMs ?? 0);
}

/** Who said it, and the ids and names in its facts: whoever asked is affected. */
function aboutOf({ signal, facts, intentFile }: Letter): string[] {
  const source = signal?.['source'];
  const ids = Object.entries(facts).flatMap(([key, value]) =>
    ABOUT.test(key) && typeof value === 'string' ? [`${key}=${value}`] : [],
  );
  const who = typeof source === 'string' ? [`source=${source}`] : [];
  return [...who, ...ids, ...(intentFile === null ? [] : [`intent=${intentFile}`])];
}

function mostFrequent(counts: ReadonlyMap<string, number>): LetterGroup['affected'] {
  const sorted = [...counts].sort(([, left], [, right]) => right - left);
  return sorted.slice(0, AFFECTED_SHOWN).map(([what, count]) => ({ what, count }));
}

/** Without a spread: ten thousand arguments are too many for some stacks. */
function extreme(
  letters: readonly Letter[],
  timeOf: (letter: Letter) => number | null,
  better: (left: number, right: number) => number,
): number | null {
  return letters.reduce<number | null>((best, letter) => {
    const ms = timeOf(letter);
    return ms === null ? best : best === null ? ms : better(best, ms);
  }, null);
}
