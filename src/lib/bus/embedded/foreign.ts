import { createHash } from 'node:crypto';
import { PermanentError } from '../../base/errors.js';
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

/** A foreign message at the door: a row for the journal, or a dead letter that holds all of it. */
export type Received = { row: ForeignRow } | { deadLetter: DeadLetterDraft };

/** When a message came, and by which door. */
export interface Arrival {
  /** Epoch milliseconds. */
  nowMs: number;
  from: Entrance;
}

/** Reads what a foreign peer sent. The frame goes into the journal byte for byte. */
export function receiveForeign(frames: readonly Buffer[], at: Arrival, daemon: string): Received {
  try {
    return { row: rowOfFrames(frames, at, { name: 'bytes', sameMs: TWIN_MS }) };
  } catch (error) {
    if (!(error instanceof PermanentError)) throw error;
    return { deadLetter: deadLetterOf(frames, error, { ...at, daemon }) };
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
  const provisional = decodeFrame(name, frame, { id: '', receivedAtMs: nowMs });
  const incident = provisional.incident_id;
  const key =
    incident === null
      ? `${bytes.name} ${sha256([nameFrame, frame])}`
      : `incident ${provisional.source} ${name} ${incident}`;
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

function unreadable(why: string): PermanentError {
  const next = ['correct the peer that sends it: two frames, the name in UTF-8 and one JSON object'];
  return new PermanentError({ code: CODE, message: 'A message on the bus cannot be read', why, next });
}

function deadLetterOf(
  frames: readonly Buffer[],
  error: PermanentError,
  at: { nowMs: number; daemon: string },
): DeadLetterDraft {
  return {
    daemon: at.daemon,
    key: `${sha256(frames)} ${at.nowMs}`,
    error: `${error.code}: ${error.message}: ${error.why ?? ''}`,
    traceback: error.next.join('\n'),
    content: JSON.stringify({ frames_base64: frames.map((frame) => frame.toString('base64')) }),
  };
}

function sha256(frames: readonly Buffer[]): string {
  const hash = createHash('sha256');
  for (const frame of frames) hash.update(`${frame.length} `).update(frame);
  return hash.digest('hex');
}
