import { createHash } from 'node:crypto';
import { tooLongError } from '../base/bounded-lines.js';
import { parseJson } from '../base/json-text.js';
import type { Facts } from '../signals/envelope.js';
import type { ContentReference, EarlierFailure } from './entry.js';
import { causeOf, errorClassOf } from './fingerprint.js';

/** What a line of the file is: our row, the document's, an intent's path, or no JSON object at all. */
export type Shape = 'kloros' | 'document' | 'intent' | 'unreadable';

/** A line of failed_signals.jsonl as operators see it, whoever wrote it. */
export interface Letter {
  /** By which it is named: our number, or `x` and eight hex digits of a foreign line. */
  id: string;
  shape: Shape;
  /** The line, byte for byte, without its newline. */
  line: Buffer;
  /** The envelope where the row holds a whole signal; of a raw string, what it says. */
  signal: Facts | null;
  /** Empty where what failed was no signal. */
  signalName: string;
  signalId: string | null;
  facts: Facts;
  error: string;
  errorClass: string;
  traceback: string;
  daemon: string;
  /** Epoch milliseconds of the last failure; null where the line says no time. */
  failedAtMs: number | null;
  firstFailedAtMs: number | null;
  fingerprint: string;
  attempts: number;
  processDied: boolean;
  replay: number;
  history: EarlierFailure[];
  /** Number in the journal; null for foreign lines. */
  number: number | null;
  key: string | null;
  intentFile: string | null;
  /** Who wrote that file, where it was another user. */
  intentUid: number | null;
  content: string | null;
  /** Where the content lies that is too large for the row. */
  contentFile: ContentReference | null;
}

const ID_LENGTH = 8;
const DIGEST = /^[0-9a-f]{64}$/;
const UNREADABLE = 'Unreadable: the line is not a JSON object';

/** Reads a line of any shape; never throws. */
export function letterOf(line: Buffer): Letter {
  const text = line.toString('utf8');
  const row = objectOf(text);
  if (row === undefined) return unreadable(line, text);
  const number = countOf(row['number']);
  const key = textOf(row['key']) ?? null;
  const isOurs = number !== null && key !== null;
  return {
    id: isOurs ? String(number) : foreignId(line),
    shape: isOurs ? 'kloros' : foreignShape(row),
    line,
    number: isOurs ? number : null,
    key: isOurs ? key : null,
    ...failureOf(row),
    ...circumstancesOf(row),
    intentFile: textOf(row['intent_file']) ?? null,
    intentUid: countOf(row['intent_uid']),
    content: textOf(row['content']) ?? null,
    contentFile: contentReferenceOf(row['content_file']),
  };
}

type Failure = Pick<
  Letter,
  'signal' | 'signalName' | 'signalId' | 'facts' | 'error' | 'errorClass' | 'traceback' | 'daemon' | 'fingerprint'
>;

function failureOf(row: Facts): Failure {
  const signal = signalOf(row['signal']);
  const signalName = textOf(signal?.['signal']) ?? textOf(row['signal']) ?? '';
  const error = textOf(row['error']) ?? '';
  const daemon = textOf(row['daemon']) ?? 'unknown';
  return {
    signal,
    signalName,
    signalId: textOf(signal?.['id']) ?? null,
    facts: isObject(signal?.['facts']) ? signal['facts'] : {},
    error,
    errorClass: errorClassOf(error),
    traceback: textOf(row['traceback']) ?? '',
    daemon,
    fingerprint: markOf(row['fingerprint']) ?? causeOf({ error, daemon, signalName }).fingerprint,
  };
}

type Circumstances = Pick<Letter, 'failedAtMs' | 'firstFailedAtMs' | 'attempts' | 'processDied' | 'replay' | 'history'>;

function circumstancesOf(row: Facts): Circumstances {
  const failedAtMs = timeOf(row['timestamp']);
  return {
    failedAtMs,
    firstFailedAtMs: timeOf(row['first_failed_at']) ?? failedAtMs,
    attempts: countOf(row['attempts']) ?? 1,
    processDied: row['process_died'] === true,
    replay: countOf(row['replay']) ?? 0,
    history: Array.isArray(row['history']) ? row['history'].filter(isEarlierFailure) : [],
  };
}

/** A line that nobody holds in memory: it is shown, and stays in its file until somebody takes it out by hand. */
export function tooLongLetter(beginning: Buffer, length: number): Letter {
  const letter = unreadable(beginning, beginning.toString('utf8'));
  const error = `Unreadable: ${tooLongError(length).message}; only a text editor takes it out of the file`;
  return { ...letter, ...failureOf({ error }) };
}

function unreadable(line: Buffer, text: string): Letter {
  return {
    id: foreignId(line),
    shape: 'unreadable',
    line,
    number: null,
    key: null,
    ...failureOf({ error: UNREADABLE }),
    ...circumstancesOf({}),
    intentFile: null,
    intentUid: null,
    content: text,
    contentFile: null,
  };
}

function foreignShape(row: Facts): Shape {
  return row['signal'] === undefined && row['intent_file'] !== undefined ? 'intent' : 'document';
}

/** The envelope; existing programs also wrote it as a string. */
function signalOf(value: unknown): Facts | null {
  if (isObject(value)) return value;
  return (typeof value === 'string' ? objectOf(value) : undefined) ?? null;
}

function objectOf(text: string): Facts | undefined {
  try {
    const value = parseJson(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined; // Not JSON.
  }
}

function foreignId(line: Buffer): string {
  return `x${createHash('sha256').update(line).digest('hex').slice(0, ID_LENGTH)}`;
}

/** An ISO time or epoch seconds, as existing rows have either. */
function timeOf(value: unknown): number | null {
  const ms = typeof value === 'string' ? Date.parse(zoned(value)) : typeof value === 'number' ? value * 1000 : NaN;
  return Number.isNaN(ms) || Math.abs(ms) > 8.64e15 ? null : ms;
}

/** Python's isoformat() writes UTC without saying so. */
function zoned(text: string): string {
  return /^\d{4}-\d\d-\d\dT[\d:.]+$/.test(text) ? `${text}Z` : text;
}

/** The cause that the writer found; millions of them need not be found again. */
function markOf(value: unknown): string | undefined {
  return typeof value === 'string' && /^[0-9a-f]{8}$/.test(value) ? value : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function countOf(value: unknown): number | null {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null;
}

/** Whatever is no digest of ours names no file. */
function contentReferenceOf(value: unknown): ContentReference | null {
  const { sha256: digest, bytes } = (value ?? {}) as Record<string, unknown>;
  if (typeof digest !== 'string' || !DIGEST.test(digest) || typeof bytes !== 'number') return null;
  return { sha256: digest, bytes };
}

function isObject(value: unknown): value is Facts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isEarlierFailure(value: unknown): value is EarlierFailure {
  return isObject(value) && typeof value['error'] === 'string' && typeof value['failed_at'] === 'string';
}
