import { isoTimestamp } from '../base/clock.js';
import type { DeadLetter } from '../bus/bus.js';
import { objectText } from '../base/json-members.js';
import { jsonText } from '../base/json-text.js';
import { signalText } from '../signals/kept-frame.js';
import type { Signal } from '../signals/envelope.js';
import { causeOf } from './fingerprint.js';

/** An earlier failure of a signal that was replayed and failed again. */
export interface EarlierFailure {
  error: string;
  /** ISO 8601. */
  failed_at: string;
  attempts: number;
  /** ISO 8601; null where it failed again without a replay. */
  replayed_at: string | null;
  /** What the operator gave as the reason of the replay. */
  reason: string | null;
  /** Id of the new signal as which it was said anew; the failures after it are that signal's. */
  new_id?: string;
}

/** How many of a row's replays were of the signals in whose place its own was said: the journal does not count those. */
export function replaysBefore(history: readonly EarlierFailure[]): number {
  const last = history.findLastIndex(({ new_id: newId }) => newId !== undefined);
  return history.slice(0, last + 1).filter(({ replayed_at: at }) => at !== null).length;
}

/** A row of failed_signals.jsonl: the document's fields, then ours. */
export interface DeadLetterRow {
  /** The whole signal; null where what failed was no signal. */
  signal: Signal | null;
  error: string;
  /** ISO 8601 of the last failure. */
  timestamp: string;
  daemon: string;
  traceback: string;
  /** Number in the journal, by which it is replayed. */
  number: number;
  key: string;
  /** The cause, by which rows are grouped. */
  fingerprint: string;
  attempts: number;
  /** Whether the process died in the last attempt. */
  process_died: boolean;
  first_failed_at: string;
  /** How often it was replayed. */
  replay: number;
  /** The failures before its replays, the oldest first. */
  history: EarlierFailure[];
  intent_file?: string;
  /** Who wrote that file, where it was another user. */
  intent_uid?: number;
  /** Foreign content, whole: an intent file or raw frames. */
  content?: string;
  /** Where content lies that is too large for a row. */
  content_file?: ContentReference;
}

/** A file beside the queue's, by the digest of what is in it. */
export interface ContentReference {
  sha256: string;
  bytes: number;
}

/** What is known from before of what failed. */
export interface Past {
  replay: number;
  history: readonly EarlierFailure[];
}

const NO_PAST: Past = { replay: 0, history: [] };

/** A row as a line, its signal byte for byte as it came. */
export function rowText({ signal: _signal, ...row }: DeadLetterRow, signal: Signal | undefined): string {
  const members = Object.entries(row).map(([key, value]) => [key, jsonText(value)] as const);
  return objectText([['signal', signal === undefined ? 'null' : signalText(signal)], ...members]);
}

/** A dead letter as a row of the file. */
export function rowOfDeadLetter(letter: DeadLetter, past: Past = NO_PAST): DeadLetterRow {
  const { daemon, error } = letter;
  return {
    signal: letter.signal ?? null,
    error,
    timestamp: isoTimestamp(letter.lastFailedAtMs),
    daemon,
    traceback: letter.traceback,
    number: letter.number,
    key: letter.key,
    fingerprint: causeOf({ error, daemon, signalName: letter.signal?.signal ?? '' }).fingerprint,
    attempts: letter.attempts,
    process_died: letter.deaths > 0,
    first_failed_at: isoTimestamp(letter.firstFailedAtMs),
    replay: Math.max(letter.replay, past.replay),
    history: [...past.history],
    ...(letter.intentFile === undefined ? {} : { intent_file: letter.intentFile }),
    ...(letter.intentUid === undefined ? {} : { intent_uid: letter.intentUid }),
    ...(letter.content === undefined ? {} : { content: letter.content }),
  };
}
