import { cutText } from '../base/cut-text.js';
import { isoTimestamp } from '../base/clock.js';
import { PermanentError, toError } from '../base/errors.js';
import { DEEPEST_READ, parseJson } from '../base/json-text.js';
import { signalText } from './kept-frame.js';
import { ECOSYSTEM } from './mint.js';
import type { Facts, Signal } from './envelope.js';

/** One for all frames: making one takes longer than reading a frame. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });
const NATIVE_PREFIX = '{"id":"';
const ID_LENGTH = 26;

/** The second wire frame: compact JSON, the id first, so that a reader finds it without parsing. */
export function encodeSignal(signal: Signal): Buffer {
  return Buffer.from(signalText(signal));
}

/** The id of a frame that looks like ours, or undefined. */
export function nativeIdOf(frame: Buffer): string | undefined {
  const end = NATIVE_PREFIX.length + ID_LENGTH;
  if (frame.length <= end || frame[end] !== 0x22) return undefined;
  const head = frame.toString('latin1', 0, end);
  return head.startsWith(NATIVE_PREFIX) ? head.slice(NATIVE_PREFIX.length) : undefined;
}

/** What the reader of a foreign frame adds. */
export interface Receipt {
  /** The journal's id. */
  id: string;
  receivedAtMs: number;
  /** Levels of nesting that are taken: a door's are fewer than those of a reader of the journal. */
  deepest?: number;
}

/**
 * Reads either kind of envelope (formats.md §1): a missing timestamp comes from `ts`, a missing source from
 * `facts.source`, else "unknown". Throws PermanentError UNREADABLE_FRAME when it is no JSON object.
 */
export function decodeFrame(name: string, frame: Buffer, receipt: Receipt): Signal {
  const raw = parseObject(name, frame, receipt.deepest);
  const facts = isObject(raw['facts']) ? raw['facts'] : {};
  const atMs = timeOf(raw, receipt.receivedAtMs);
  return {
    id: receipt.id,
    signal: name,
    timestamp: isoTimestamp(atMs),
    source: textOf(raw['source']) ?? textOf(facts['source']) ?? 'unknown',
    facts,
    cause_id: textOf(raw['cause_id']) ?? null,
    trace: textOf(raw['trace']) ?? receipt.id,
    ecosystem: textOf(raw['ecosystem']) ?? ECOSYSTEM,
    intensity: typeof raw['intensity'] === 'number' ? raw['intensity'] : 1,
    incident_id: textOf(raw['incident_id']) ?? null,
    ts: atMs / 1000,
    schema_version: 1,
  };
}

/**
 * As decodeFrame, of what is in the journal: older versions let in what no reader can hold. Such a signal has no facts
 * and says why in `unreadable`, so that it hides nobody behind it. Never throws.
 */
export function decodeJournalled(name: string, frame: Buffer, receipt: Receipt): Signal {
  try {
    return decodeFrame(name, frame, receipt);
  } catch (error) {
    const why = error instanceof PermanentError ? (error.why ?? error.message) : toError(error).message;
    return { ...decodeFrame(name, NOTHING, receipt), unreadable: why };
  }
}

const NOTHING = Buffer.from('{}');

function parseObject(name: string, frame: Buffer, deepest = DEEPEST_READ): Facts {
  try {
    const value = parseJson(UTF8.decode(frame), deepest);
    if (isObject(value)) return value;
    throw new TypeError(
      `the second frame is ${value === null ? 'null' : Array.isArray(value) ? 'a list' : typeof value}`,
    );
  } catch (error) {
    throw new PermanentError({
      code: 'UNREADABLE_FRAME',
      message: `A message named ${JSON.stringify(cutText(name, 80))} cannot be read`,
      why: `its second frame is not a JSON object in UTF-8: ${toError(error).message}`,
      next: ['correct the peer that sends it: two frames, the name and one JSON object (formats of the wire)'],
      cause: error,
    });
  }
}

function timeOf(raw: Facts, receivedAtMs: number): number {
  const written = typeof raw['timestamp'] === 'string' ? Date.parse(raw['timestamp']) : Number.NaN;
  if (!Number.isNaN(written)) return written;
  const epochMs = typeof raw['ts'] === 'number' ? raw['ts'] * 1000 : Number.NaN;
  return Math.abs(epochMs) <= 8.64e15 ? epochMs : receivedAtMs;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length > 0 ? value : undefined;
}

function isObject(value: unknown): value is Facts {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
