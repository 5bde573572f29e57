import type { Observer } from '../bus/observer.js';
import type { Recorded } from '../bus/bus.js';
import { timeOfId } from '../signals/id.js';
import type { Signal } from '../signals/envelope.js';
import { isOwn } from '../signals/origin.js';
import { INTENT_CAUSE } from '../signals/subject.js';
import { deliveriesOf, type Hearing } from './hearing.js';

/** A signal of a chain, with what it led to. */
export interface Hop {
  id: string;
  signal: string;
  source: string;
  /** By which door it came in, which is not what `source` claims. */
  origin: string;
  /** Neither the colony nor its operator let it in. */
  isForeign: boolean;
  /** ISO 8601. */
  at: string;
  /** From what caused it; of an intent from its file, null at any other root. */
  tookMs: number | null;
  facts: Signal['facts'];
  /** How each daemon that hears it fared with it. */
  heard: Hearing[];
  /** The cause is not in the journal: it was removed, or it is somebody else's. */
  isOrphan: boolean;
  ledTo: Hop[];
}

/** A chain from its root. */
export interface Chain {
  trace: string;
  /** The file of the intent that began it. */
  intent: string | null;
  /** More than one where the first cause is not in the journal. */
  roots: Hop[];
  signals: number;
  /** From the first of it, an intent's file included, to the last signal. */
  tookMs: number;
  /** What is still to come, in words; empty where all was handled. */
  missing: string[];
  /** The chain is longer than what is shown. */
  isCut: boolean;
}

const MOST_SIGNALS = 5_000;
/** Of the frames that are read for it. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The chain of a trace: every signal below its cause, in the order of the journal. */
export function chainOf(observer: Observer, trace: string): Chain {
  const { rows, isCut } = rowsOf(observer, trace);
  const byId = new Map(rows.map((row) => [row.signal.id, row]));
  const hops = new Map(rows.map((row) => [row.signal.id, hopOf(observer, row, byId)]));
  const roots: Hop[] = [];
  for (const { signal } of rows) {
    const hop = hops.get(signal.id);
    const cause = signal.cause_id === null ? undefined : hops.get(signal.cause_id);
    if (hop !== undefined) (cause?.ledTo ?? roots).push(hop);
  }
  const intent = rows.map(({ signal }) => intentOf(signal)).find((file) => file !== null) ?? null;
  const missing = [...hops.values()].flatMap((hop) => missingOf(hop));
  return { trace, intent, roots, signals: rows.length, tookMs: wholeMs(rows), missing, isCut };
}

function rowsOf(observer: Observer, trace: string): { rows: Recorded[]; isCut: boolean } {
  const rows: Recorded[] = [];
  let bytes = 0;
  for (let afterSeq = 0; rows.length < MOST_SIGNALS && bytes < MOST_BYTES;) {
    const page = observer.page({ trace, afterSeq });
    const last = page.at(-1);
    if (last === undefined) return { rows, isCut: false };
    rows.push(...page);
    bytes += page.reduce((sum, { frame }) => sum + frame.length, 0);
    afterSeq = last.seq;
  }
  return { rows: rows.slice(0, MOST_SIGNALS), isCut: true };
}

function hopOf(observer: Observer, row: Recorded, byId: ReadonlyMap<string, Recorded>): Hop {
  const { seq, signal, from } = row;
  const cause = signal.cause_id === null ? undefined : byId.get(signal.cause_id);
  return {
    ...{ id: signal.id, signal: signal.signal, source: signal.source, at: signal.timestamp, facts: signal.facts },
    ...{ origin: from.origin, isForeign: !isOwn(from) },
    tookMs: tookMs(row, cause),
    heard: deliveriesOf(observer, { seq, signal }),
    isOrphan: signal.cause_id !== null && cause === undefined && intentOf(signal) === null,
    ledTo: [],
  };
}

/** The id of an intent's signal begins with the time at which its file was written. */
function tookMs({ signal, receivedAtMs }: Recorded, cause: Recorded | undefined): number | null {
  if (cause !== undefined) return Math.max(0, receivedAtMs - cause.receivedAtMs);
  const writtenMs = intentOf(signal) === null ? undefined : timeOfId(signal.id);
  return writtenMs === undefined ? null : Math.max(0, receivedAtMs - writtenMs);
}

function intentOf({ cause_id: cause }: Signal): string | null {
  return cause?.startsWith(INTENT_CAUSE) ? cause.slice(INTENT_CAUSE.length) : null;
}

function wholeMs(rows: readonly Recorded[]): number {
  const times = rows.map(({ receivedAtMs }) => receivedAtMs);
  const written = rows.flatMap(({ signal }) => (intentOf(signal) === null ? [] : (timeOfId(signal.id) ?? [])));
  return times.length === 0 ? 0 : Math.max(...times) - Math.min(...times, ...written);
}

function missingOf({ signal, id, heard }: Hop): string[] {
  return heard.flatMap(({ daemon, state, attempts, error }) => {
    if (state === 'dead') return [`${daemon} failed at ${signal} ${id}: ${error ?? 'unknown'}`];
    if (state === 'running') return [`${daemon} works at ${signal} ${id}, attempt ${attempts}`];
    return state === 'waiting' ? [`${signal} ${id} waits for ${daemon}`] : [];
  });
}
