import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toError } from './errors.js';

/** One line of a JSON Lines file: its value, or why it is none. */
export interface JsonLine {
  /** Byte offset of the line's first byte. */
  offset: number;
  /** Bytes without the newline. */
  length: number;
  text: string;
  value?: unknown;
  /** Present where the line is not JSON; the line itself is kept in text. */
  error?: Error;
  /** False for a last line without a newline, which a writer may still be writing. */
  complete: boolean;
}

const NEWLINE = 0x0a;

/** Reads a JSON Lines file line by line; a bad line is reported and hides no other. A missing file has no lines. */
export async function* readJsonLines(path: string, fromOffset = 0): AsyncGenerator<JsonLine> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = fromOffset;
  const stream = createReadStream(path, { start: fromOffset });
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let start = 0;
      for (let end = rest.indexOf(NEWLINE); end !== -1; end = rest.indexOf(NEWLINE, start)) {
        const line = rest.subarray(start, end);
        if (line.length > 0) yield parseLine(line, offset + start, true);
        start = end + 1;
      }
      offset += start;
      rest = rest.subarray(start);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (rest.length > 0) yield parseLine(rest, offset, false);
}

function parseLine(bytes: Buffer, offset: number, complete: boolean): JsonLine {
  const text = bytes.toString('utf8');
  const line = { offset, length: bytes.length, text, complete };
  try {
    return { ...line, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { ...line, error: toError(error) };
  }
}

/**
 * Appends values as lines, durably, and returns the offset of the first.
 * A torn last line (a crash in the middle of an append) is closed with a newline first, so that it spoils no other.
 */
export async function appendJsonLines(path: string, values: readonly unknown[]): Promise<number> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, 'a+');
  try {
    const { size } = await handle.stat();
    const torn = size > 0 && !(await endsWithNewline(handle, size));
    const lines = values.map((value) => `${JSON.stringify(value)}\n`).join('');
    await handle.appendFile(torn ? `\n${lines}` : lines);
    await handle.sync();
    return torn ? size + 1 : size;
  } finally {
    await handle.close();
  }
}

async function endsWithNewline(handle: Awaited<ReturnType<typeof open>>, size: number): Promise<boolean> {
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, size - 1);
  return last[0] === NEWLINE;
}
