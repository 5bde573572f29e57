import { createReadStream } from 'node:fs';
import { constants, createGunzip } from 'node:zlib';
import { boundedLines, tooLongError, type BoundedLine } from '../base/bounded-lines.js';
import { errorCode, KlorosError, toError } from '../base/errors.js';
import { membersOf } from '../base/json-members.js';
import { parseJson } from '../base/json-text.js';
import type { Signal } from '../signals/envelope.js';
import { keepFrame } from '../signals/kept-frame.js';
import { ECOSYSTEM } from '../signals/mint.js';
import { headerSchema, lineSchema, type Footer, type Header, type Taken } from './format.js';

/** What reads a recording is told, in this order. */
export type Part =
  | { kind: 'header'; header: Header }
  | { kind: 'signal'; taken: Taken }
  | { kind: 'footer'; footer: Footer }
  /** A line that is none; the rest is read all the same. */
  | { kind: 'bad'; line: number; why: string };

/**
 * Reads a recording as far as it goes: one that was torn has no footer, and its last line may be half.
 * Throws KlorosError RECORDING_NOT_FOUND, or INVALID_RECORDING where the first line is no header.
 */
export async function* readRecording(path: string): AsyncGenerator<Part> {
  let number = 0;
  for await (const { bytes, length, isTooLong } of linesOf(path)) {
    number += 1;
    if (number === 1) yield { kind: 'header', header: headerOf(bytes.toString(), path) };
    else if (isTooLong) yield { kind: 'bad', line: number, why: tooLongError(length).message };
    else yield* partsOf(bytes.toString(), number);
  }
  if (number === 0) throw invalid(path, 'it is empty');
}

async function* linesOf(path: string): AsyncGenerator<BoundedLine> {
  const file = createReadStream(path);
  // Whatever was flushed of a torn file comes out of it.
  const gunzip = path.endsWith('.gz') ? createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }) : undefined;
  file.once('error', (error) => gunzip?.destroy(error));
  const input = gunzip === undefined ? file : file.pipe(gunzip);
  let isBegun = false;
  try {
    for await (const line of boundedLines(input)) {
      isBegun = true;
      yield line;
    }
  } catch (error) {
    if (errorCode(error) === 'ENOENT') throw notFound(path);
    // What is damaged further on is torn there, and has no footer.
    if (!isBegun) throw invalid(path, toError(error).message);
  } finally {
    file.destroy();
  }
}

function headerOf(text: string, path: string): Header {
  try {
    return headerSchema.parse(parseJson(text));
  } catch {
    throw invalid(path, 'its first line is no header of one');
  }
}

/** A schema is for who reads the file without kloros. */
function partsOf(text: string, line: number): Part[] {
  try {
    const value = lineSchema.parse(parseJson(text));
    if (value.type === 'signal') {
      const signal = keepFrame(wholeOf(value.signal), membersOf(text).get('signal') ?? '{}');
      const receivedAtMs = Date.parse(value.received_at);
      return [{ kind: 'signal', taken: { seq: value.seq, receivedAtMs, signal } }];
    }
    if (value.type === 'footer') return [{ kind: 'footer', footer: value }];
    return value.type === 'header' ? [{ kind: 'bad', line, why: 'it is a second header' }] : [];
  } catch (error) {
    return [{ kind: 'bad', line, why: toError(error).message.split('\n')[0] ?? '' }];
  }
}

/** What a hand that edited the file may have left out. */
function wholeOf(
  signal: Omit<Signal, 'ecosystem' | 'intensity' | 'incident_id' | 'schema_version'> & Partial<Signal>,
): Signal {
  return { ecosystem: ECOSYSTEM, intensity: 1, incident_id: signal.id, schema_version: 1, ...signal };
}

function notFound(path: string): KlorosError {
  return new KlorosError({
    code: 'RECORDING_NOT_FOUND',
    message: `There is no recording ${path}`,
    next: ['kloros bus recordings'],
  });
}

function invalid(path: string, why: string): KlorosError {
  return new KlorosError({
    code: 'INVALID_RECORDING',
    message: `${path} is no recording`,
    why,
    next: ['make one: kloros bus record colony.jsonl.gz --for 1m'],
  });
}
