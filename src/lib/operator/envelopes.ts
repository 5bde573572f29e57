import { KlorosError, toError } from '../base/errors.js';
import { membersOf, objectText } from '../base/json-members.js';
import { DEEPEST, parseJson } from '../base/json-text.js';
import { decodeFrame } from '../signals/codec.js';
import type { Signal } from '../signals/envelope.js';
import { normaliseFacts } from '../signals/facts.js';
import { keepFrame } from '../signals/kept-frame.js';
import { signalName } from '../signals/name.js';
import { isFacts } from './facts-input.js';

/** What a reader of envelopes adds to them. */
export interface EnvelopeOptions {
  /** An id for each envelope that has none. */
  nextId: () => string;
  nowMs: () => number;
}

const NEWLINE = 0x0a;
/** Bytes of the longest line: an envelope that a door takes, and what an editor may put around it. */
const LONGEST_LINE = 2_097_152;

/**
 * Signals from JSON lines, either kind of envelope (formats.md §1), in batches as they arrive.
 * Throws KlorosError INVALID_ENVELOPE with the number of the first line that is none; all before it were yielded.
 */
export async function* envelopeBatches(
  input: AsyncIterable<Buffer | string>,
  options: EnvelopeOptions,
): AsyncGenerator<Signal[]> {
  let rest = Buffer.alloc(0);
  let lines = 0;
  for await (const chunk of input) {
    const bytes = Buffer.concat([rest, Buffer.from(chunk)]);
    const end = bytes.lastIndexOf(NEWLINE) + 1;
    rest = bytes.subarray(end);
    if (rest.length > LONGEST_LINE) throw invalidEnvelope(lines + 1, tooLong(rest));
    const batch = splitLines(bytes.subarray(0, end));
    yield* readLines(batch, lines, options);
    lines += batch.length;
  }
  yield* readLines([rest], lines, options);
}

/** Where one is no signal, those before it go first: what the operator is told to correct is what was not emitted. */
function* readLines(batch: readonly Buffer[], before: number, options: EnvelopeOptions): Generator<Signal[]> {
  const signals: Signal[] = [];
  try {
    for (const [index, line] of batch.entries()) signals.push(...readLine(line, before + index + 1, options));
  } catch (error) {
    yield signals;
    throw error;
  }
  yield signals;
}

function splitLines(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf(NEWLINE, start);
    lines.push(bytes.subarray(start, end));
    start = end + 1;
  }
  return lines;
}

/** An empty line is no signal. */
function readLine(line: Buffer, number: number, options: EnvelopeOptions): Signal[] {
  const text = line.toString('utf8').trim();
  if (text === '') return [];
  try {
    if (line.length > LONGEST_LINE) throw tooLong(line);
    const { signal, id } = headOf(text);
    const receipt = { id: id ?? options.nextId(), receivedAtMs: options.nowMs(), deepest: DEEPEST };
    const envelope = decodeFrame(signal, line, receipt);
    normaliseFacts(signal, envelope.facts);
    return [keepFrame(envelope, withoutOrigin(text))];
  } catch (error) {
    throw invalidEnvelope(number, error);
  }
}

function headOf(text: string): { signal: string; id: string | undefined } {
  const value = parseJson(text, DEEPEST);
  if (!isFacts(value)) throw new TypeError('it is JSON, but not an object');
  if (typeof value['unreadable'] === 'string')
    throw new TypeError(`its facts could not be read: ${value['unreadable']}`);
  const { signal, id } = value;
  if (typeof signal !== 'string') throw new TypeError('its field "signal" is no name');
  return { signal: signalName(signal), id: typeof id === 'string' && id !== '' ? id : undefined };
}

/** `bus listen` shows beside a signal by which door it came; emitted again it comes by another. */
function withoutOrigin(text: string): string {
  const members = membersOf(text);
  return members.delete('origin') ? objectText(members) : text;
}

function tooLong({ length }: Buffer): RangeError {
  return new RangeError(`it has ${length} bytes or more, and ${LONGEST_LINE} are the most that is taken`);
}

function invalidEnvelope(number: number, cause: unknown): KlorosError {
  const why = cause instanceof KlorosError && cause.why !== undefined ? cause.why : toError(cause).message;
  return new KlorosError({
    code: 'INVALID_ENVELOPE',
    message: `Line ${number} is not a signal`,
    why,
    next: [
      `correct it and give it again with the lines behind it${number > 1 ? `: those before line ${number} are emitted` : ''}`,
      'a line is one JSON envelope, as kloros bus listen --output jsonl prints them',
    ],
    cause,
  });
}
