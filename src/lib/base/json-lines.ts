import { createReadStream } from 'node:fs';
import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { boundedLines, tooLongError, type BoundedLine } from './bounded-lines.js';
import { errorCode, toError } from './errors.js';
import { tellUnread } from './unread.js';

/** One line of a JSON Lines file: its value, or why it is none. */
export interface JsonLine {
  /** Byte offset of the line's first byte. */
  offset: number;
  /** Bytes without the newline. */
  length: number;
  text: string;
  value?: unknown;
  /** Present where the line is not JSON; the line itself is kept in text, of one that is too long its beginning. */
  error?: Error;
  /** False for a last line without a newline, which a writer may still be writing. */
  complete: boolean;
}

const NEWLINE = 0x0a;

/**
 * Reads a JSON Lines file line by line; a bad line, or one that is longer than any of ours, is told (unread.ts) and
 * hides no other. A missing file has no lines.
 */
export async function* readJsonLines(path: string, fromOffset = 0): AsyncGenerator<JsonLine> {
  try {
    for await (const bounded of boundedLines(createReadStream(path, { start: fromOffset }), fromOffset)) {
      const line = parseLine(bounded);
      if (line.error && line.complete) tellUnread({ path, offset: line.offset });
      yield line;
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** Rows of a JSON Lines file; a whole line that is none is told (unread.ts), and one without its end is still written. */
export async function readRows<T>(path: string, schema: z.ZodType<T>): Promise<T[]> {
  const rows: T[] = [];
  for await (const { value, offset, complete } of readJsonLines(path)) {
    const row = schema.safeParse(value);
    if (row.success) rows.push(row.data);
    else if (complete) tellUnread({ path, offset });
  }
  return rows;
}

function parseLine({ offset, length, bytes, isTooLong, complete }: BoundedLine): JsonLine {
  const text = bytes.toString('utf8');
  const line = { offset, length, text, complete };
  if (isTooLong) return { ...line, error: tooLongError(length) };
  try {
    return { ...line, value: JSON.parse(text) as unknown };
  } catch (error) {
    return { ...line, error: toError(error) };
  }
}

/**
 * Appends values as lines, durably, and returns the offset of the first.
 * A torn last line (a crash in the middle of an append) is closed with a newline first, so that it spoils no other; what
 * a full disk took of these lines is taken back.
 */
export async function appendJsonLines(path: string, values: readonly unknown[]): Promise<number> {
  await mkdir(dirname(path), { recursive: true });
  const handle = await open(path, 'a+');
  try {
    const { size } = await handle.stat();
    const torn = size > 0 && !(await endsWithNewline(handle, size));
    const lines = values.map((value) => `${JSON.stringify(value)}\n`).join('');
    const bytes = Buffer.from(torn ? `\n${lines}` : lines);
    await handle.appendFile(bytes).catch(async (error: unknown) => {
      await takeBack(handle, size, bytes).catch(() => undefined); // Then the next writer closes the torn line.
      throw error;
    });
    await handle.sync();
    return torn ? size + 1 : size;
  } finally {
    await handle.close();
  }
}

/** Only where nothing but the beginning of these bytes was added: somebody else may have appended meanwhile. */
async function takeBack(handle: FileHandle, size: number, bytes: Buffer): Promise<void> {
  const added = Buffer.alloc((await handle.stat()).size - size);
  await handle.read(added, 0, added.length, size);
  if (added.equals(bytes.subarray(0, added.length))) await handle.truncate(size);
}

async function endsWithNewline(handle: FileHandle, size: number): Promise<boolean> {
  const last = Buffer.alloc(1);
  await handle.read(last, 0, 1, size - 1);
  return last[0] === NEWLINE;
}
