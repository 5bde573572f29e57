/** A line of a file or stream. */
export interface BoundedLine {
  /** Of its first byte. */
  offset: number;
  /** Bytes without the newline, also of one that is too long. */
  length: number;
  /** The line; of one that is too long its beginning. */
  bytes: Buffer;
  isTooLong: boolean;
  /** False for a last line without a newline, which a writer may still be writing. */
  complete: boolean;
}

const NEWLINE = 0x0a;
/** The largest message of the wire (2 MiB), each byte of it escaped. */
const MOST_BYTES = 16 * 1024 * 1024;
const KEPT_BYTES = 1_024;

/** Cuts chunks into lines, and holds no more of one in memory than any writer of ours makes. Empty lines are left out. */
export async function* boundedLines(chunks: AsyncIterable<Buffer>, fromOffset = 0): AsyncGenerator<BoundedLine> {
  const open = new OpenLine(fromOffset);
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      open.add(chunk.subarray(start, end));
      const line = open.end(true);
      if (line.length > 0) yield line;
      start = end + 1;
    }
    open.add(chunk.subarray(start));
  }
  const last = open.end(false);
  if (last.length > 0) yield last;
}

class OpenLine {
  #offset: number;
  #length = 0;
  #parts: Buffer[] = [];
  #isTooLong = false;

  constructor(offset: number) {
    this.#offset = offset;
  }

  add(bytes: Buffer): void {
    if (!this.#isTooLong) this.#parts.push(bytes);
    this.#length += bytes.length;
    if (this.#isTooLong || this.#length <= MOST_BYTES) return;
    this.#isTooLong = true;
    this.#parts = [Buffer.concat(this.#parts, KEPT_BYTES)];
  }

  end(complete: boolean): BoundedLine {
    const [first = Buffer.alloc(0)] = this.#parts;
    const bytes = this.#parts.length > 1 ? Buffer.concat(this.#parts) : first;
    const line = { offset: this.#offset, length: this.#length, bytes, isTooLong: this.#isTooLong, complete };
    this.#offset += this.#length + 1;
    [this.#length, this.#parts, this.#isTooLong] = [0, [], false];
    return line;
  }
}

/** Whether a line is longer than any that is read. */
export function isTooLongLine(line: Buffer): boolean {
  return line.length > MOST_BYTES;
}

/** Why a line is left out. */
export function tooLongError(length: number): Error {
  return new Error(`it has ${length} bytes, more than the ${MOST_BYTES} of any line`);
}
