import { createHash } from 'node:crypto';
import { PermanentError } from '../../base/errors.js';
import { DEEPEST, parseJson } from '../../base/json-text.js';
import { decodeFrame } from '../../signals/codec.js';
import { idFromKey } from '../../signals/id.js';
import { signalName } from '../../signals/name.js';
import { urgencyOf } from '../../signals/priority.js';
import type { Entrance } from '../../signals/origin.js';
import type { DeadLetterDraft } from '../bus.js';
import type { ForeignRow } from './operations.js';

/** Peers drop an incident that they have seen within this time; so do we. */
const INCIDENT_MS = 60_000;
/** Existing publishers send the first message of a topic twice, 150 ms apart, without an incident. */
const TWIN_MS = 1_000;
const CODE = 'UNREADABLE_FRAME';
const TOO_LARGE = 'FRAME_TOO_LARGE';

/** Of a message that is too large, this much of its beginning is kept. */
const FIRST_BYTES = 256;
/** Of a message of many frames, the sizes of the first of them are kept. */
const FIRST_FRAMES = 8;

/** A foreign message at the door: a row for the journal, or a dead letter that holds all of it, or says of what is too large what it was. */
export type Received = { row: ForeignRow } | { deadLetter: DeadLetterDraft };

/** When a message came, and by which door. */
export interface Arrival {
  /** Epoch milliseconds. */
  nowMs: number;
  from: Entrance;
}

/** Who reads a message, and how large it may be. */
export interface Reception {
  daemon: string;
  /** Bytes of all its frames. */
  maxBytes: number;
}

/** Reads what a foreign peer sent. The frame goes into the journal byte for byte. */
export function receiveForeign(frames: readonly Buffer[], at: Arrival, { daemon, maxBytes }: Reception): Received {
  try {
    if (bytesOf(frames) > maxBytes) throw tooLarge(frames, maxBytes);
    return { row: rowOfFrames(frames, at, { name: 'bytes', sameMs: TWIN_MS }) };
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    const content = error.code === TOO_LARGE ? outlineOf(frames) : wholeOf(frames);
    return { deadLetter: deadLetterOf(frames, error, { nowMs: at.nowMs, daemon, content }) };
  }
}

/**
 * The row of a request whose sender waits for an answer. When that is lost it asks again, byte for byte, and so the same
 * bytes are one message for as long as an incident is. Throws PermanentError UNREADABLE_FRAME and INVALID_NAME.
 */
export function askedRow(frames: readonly Buffer[], at: Arrival): ForeignRow {
  return rowOfFrames(frames, at, { name: 'asked', sameMs: INCIDENT_MS });
}

/** How long the same bytes are the same message, and under which name they are remembered. */
interface Bytes {
  name: string;
  sameMs: number;
}

function rowOfFrames(frames: readonly Buffer[], { nowMs, from }: Arrival, bytes: Bytes): ForeignRow {
  const [nameFrame, frame] = frames;
  if (frames.length !== 2 || !nameFrame || !frame) throw unreadable(`it has ${frames.length} frames and not two`);
  const name = signalName(nameFrame);
  const provisional = decodeFrame(name, frame, { id: '', receivedAtMs: nowMs, deepest: DEEPEST });
  const incident = provisional.incident_id;
  const key =
    incident === null
      ? `${bytes.name} ${sha256([nameFrame, frame])}`
      : `incident ${provisional.source} ${name} ${incident} ${momentOf(frame) ?? sha256([frame])}`;
  const id = idFromKey(nowMs, `${key} ${nowMs}`);
  const row = {
    id,
    name,
    trace: provisional.trace || id,
    atMs: nowMs,
    priority: urgencyOf(provisional.facts['priority']),
    frame,
    from,
    chain: from,
  };
  return { row, seen: { key, untilMs: nowMs + (incident === null ? bytes.sameMs : INCIDENT_MS) } };
}

/**
 * An incident is one for many messages (the chunks of one recording): the same message is of the same moment, and where
 * its sender names none, of the same bytes.
 */
function momentOf(frame: Buffer): string | undefined {
  const { ts } = parseJson(frame.toString()) as { ts?: unknown };
  return typeof ts === 'number' ? `at ${ts}` : undefined;
}

function unreadable(why: string): PermanentError {
  const next = ['correct the peer that sends it: two frames, the name in UTF-8 and one JSON object'];
  return new PermanentError({ code: CODE, message: 'A message on the bus cannot be read', why, next });
}

/** Refuses a message that a door does not take. Its content goes nowhere; what it was stays on record. */
function tooLarge(frames: readonly Buffer[], maxBytes: number): PermanentError {
  return new PermanentError({
    code: TOO_LARGE,
    message: `A message named ${JSON.stringify((frames[0] ?? '').toString('utf8', 0, 80))} is too large`,
    why: `it has ${bytesOf(frames)} bytes in ${frames.length} frames, and ${maxBytes} are the most that is taken`,
    next: ['write what is large into a file, and say where it is'],
  });
}

function deadLetterOf(
  frames: readonly Buffer[],
  error: PermanentError,
  { nowMs, daemon, content }: { nowMs: number; daemon: string; content: object },
): DeadLetterDraft {
  return {
    daemon,
    key: `${sha256(frames)} ${nowMs}`,
    error: `${error.code}: ${error.message}: ${error.why ?? ''}`,
    traceback: error.next.join('\n'),
    content: JSON.stringify(content),
  };
}

function wholeOf(frames: readonly Buffer[]): object {
  return { frames_base64: frames.map((frame) => frame.toString('base64')) };
}

/** What is known of a message that is not kept: two of them can be told apart, and one be found at its sender. */
function outlineOf(frames: readonly Buffer[]): object {
  return {
    bytes: bytesOf(frames),
    frames: frames.length,
    frame_bytes: frames.slice(0, FIRST_FRAMES).map(({ length }) => length),
    sha256: sha256(frames),
    first_base64: frames.slice(0, 2).map((frame) => frame.subarray(0, FIRST_BYTES).toString('base64')),
    sender: senderOf(frames),
  };
}

/** Its own word, as far as its first bytes have it. */
function senderOf([, frame]: readonly Buffer[]): string | null {
  const head = frame?.toString('latin1', 0, FIRST_BYTES) ?? '';
  return /"(?:source|zooid|emitted_by)"\s*:\s*"([^"\\]{1,100})"/.exec(head)?.[1] ?? null;
}

function bytesOf(frames: readonly Buffer[]): number {
  return frames.reduce((sum, { length }) => sum + length, 0);
}

function sha256(frames: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const frame of frames) hash.update(`${frame.length} `).update(frame);
  return hash.digest('hex');
}
