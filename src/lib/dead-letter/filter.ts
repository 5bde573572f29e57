import type { Letter } from './letter.js';

/** Which letters are meant; all conditions hold. */
export interface LetterFilter {
  /** Ids, as `dlq list` shows them. */
  ids?: readonly string[];
  /** Fingerprint of a cause. */
  group?: string;
  /** Name of the signal. */
  signal?: string;
  daemon?: string;
  /** Failed last at this time or later, epoch milliseconds. */
  sinceMs?: number;
  /** Failed last before this time, epoch milliseconds. */
  beforeMs?: number;
  /** Part of the line, in whichever case. */
  grep?: string;
  /** An expression of the operator's. */
  where?: Condition;
}

/** Whether a letter is meant. */
export type Condition = (letter: Letter) => boolean;

/** A filter as one condition. */
export function conditionOf(filter: LetterFilter): Condition {
  const conditions = conditionsOf(filter);
  return (letter) => conditions.every((holds) => holds(letter));
}

function conditionsOf(filter: LetterFilter): Condition[] {
  const { group, signal, daemon, sinceMs, beforeMs, where } = filter;
  const ids = filter.ids && new Set(filter.ids);
  const grep = filter.grep?.toLowerCase();
  const conditions: (Condition | undefined)[] = [
    ids && ((letter) => ids.has(letter.id)),
    given(group, (wanted, { fingerprint }) => fingerprint.startsWith(wanted)),
    given(signal, (wanted, { signalName }) => signalName === wanted),
    given(daemon, (wanted, letter) => letter.daemon === wanted),
    given(sinceMs, (wanted, { failedAtMs }) => (failedAtMs ?? -Infinity) >= wanted),
    given(beforeMs, (wanted, { failedAtMs }) => (failedAtMs ?? Infinity) < wanted),
    given(grep, (wanted, { line }) => line.toString('utf8').toLowerCase().includes(wanted)),
    where,
  ];
  return conditions.filter((condition) => condition !== undefined);
}

function given<T>(wanted: T | undefined, holds: (wanted: T, letter: Letter) => boolean): Condition | undefined {
  return wanted === undefined ? undefined : (letter) => holds(wanted, letter);
}

/** Whether a letter has failed after so many replays that only its id replays it again. */
export function isQuarantined({ replay }: Letter, quarantineAfter: number): boolean {
  return replay >= quarantineAfter;
}

/** A letter as an expression sees it. */
export function variablesOf(letter: Letter): Record<string, unknown> {
  const { id, error, daemon, facts, attempts, replay, signalName, errorClass, fingerprint, processDied } = letter;
  const source = letter.signal?.['source'];
  return {
    ...{ id, error, daemon, facts, attempts, replay, signal: signalName, group: fingerprint },
    error_class: errorClass,
    process_died: processDied,
    source: typeof source === 'string' ? source : '',
    traceback: letter.traceback,
    timestamp: letter.failedAtMs === null ? '' : new Date(letter.failedAtMs).toISOString(),
  };
}

/** Types of what an expression sees, in CEL's words. */
export const VARIABLE_TYPES: Readonly<Record<string, string>> = {
  ...{ id: 'string', error: 'string', daemon: 'string', signal: 'string', group: 'string', error_class: 'string' },
  ...{ source: 'string', traceback: 'string', timestamp: 'string', facts: 'map', process_died: 'bool' },
  ...{ attempts: 'dyn', replay: 'dyn' },
};
