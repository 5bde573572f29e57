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

/** What is counted of a group while its letters pass; none of them is held. */
interface Gathered extends Pick<LetterGroup, 'count' | 'quarantined' | 'process_died'> {
  /** Of the newest row. */
  sample: Pick<Letter, 'id' | 'error' | 'errorClass' | 'daemon' | 'signalName' | 'failedAtMs'>;
  firstMs: number | null;
  lastMs: number | null;
  affected: Map<string, number>;
}

const AFFECTED_SHOWN = 5;
/** Of all groups together, in characters. A queue may name other things in each row: then the first ones are counted. */
const MOST_AFFECTED = 4 << 20;
const ABOUT = /(?:^|_)(?:id|name|key)$/;

/** Groups by cause, the largest first. */
export async function groupsOf(
  letters: AsyncIterable<Letter> | Iterable<Letter>,
  asked: { nowMs: number; quarantineAfter: number },
): Promise<LetterGroup[]> {
  const gathered = new Map<string, Gathered>();
  let left = MOST_AFFECTED;
  for await (const letter of letters) {
    const group = gathered.get(letter.fingerprint) ?? emptyGroup(letter);
    gathered.set(letter.fingerprint, group);
    count(group, letter, asked.quarantineAfter);
    for (const what of aboutOf(letter)) left -= noteAffected(group.affected, what, left);
  }
  return [...gathered]
    .map(([name, group]) => groupOf(name, group, asked.nowMs))
    .sort((one, other) => other.count - one.count);
}

function emptyGroup(letter: Letter): Gathered {
  const none = { count: 0, quarantined: 0, process_died: 0 };
  return { ...none, sample: sampleOf(letter), firstMs: null, lastMs: null, affected: new Map() };
}

function count(group: Gathered, letter: Letter, quarantineAfter: number): void {
  group.count += 1;
  if (isQuarantined(letter, quarantineAfter)) group.quarantined += 1;
  if (letter.processDied) group.process_died += 1;
  if ((letter.failedAtMs ?? 0) > (group.sample.failedAtMs ?? 0)) group.sample = sampleOf(letter);
  group.firstMs = extreme(group.firstMs, letter.firstFailedAtMs, Math.min);
  group.lastMs = extreme(group.lastMs, letter.failedAtMs, Math.max);
}

/** Counts it, unless it is new and there is no room; answers how much it took. */
function noteAffected(affected: Map<string, number>, what: string, room: number): number {
  const before = affected.get(what);
  if (before === undefined && what.length > room) return 0;
  affected.set(what, (before ?? 0) + 1);
  return before === undefined ? what.length : 0;
}

function sampleOf({ id, error, errorClass, daemon, signalName, failedAtMs }: Letter): Gathered['sample'] {
  return { id, error, errorClass, daemon, signalName, failedAtMs };
}

function groupOf(name: string, { sample, firstMs, lastMs, affected, ...counts }: Gathered, nowMs: number): LetterGroup {
  const { id, daemon, signalName, error, errorClass } = sample;
  return {
    group: name,
    count: counts.count,
    daemon,
    signal: signalName,
    error_class: errorClass,
    pattern: causeOf({ error, daemon, signalName }).pattern,
    first_seen: firstMs === null ? null : isoTimestamp(firstMs),
    last_seen: lastMs === null ? null : isoTimestamp(lastMs),
    oldest_age_ms: firstMs === null ? null : nowMs - firstMs,
    sample: { id, error },
    affected: mostFrequent(affected),
    quarantined: counts.quarantined,
    process_died: counts.process_died,
  };
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
  return sorted.slice(0, AFFECTED_SHOWN).map(([what, times]) => ({ what, count: times }));
}

function extreme(
  best: number | null,
  ms: number | null,
  better: (left: number, right: number) => number,
): number | null {
  return ms === null ? best : best === null ? ms : better(best, ms);
}
