import { createReadStream } from 'node:fs';
import { boundedLines, type BoundedLine } from '../base/bounded-lines.js';
import { errorCode } from '../base/errors.js';

const NEWLINE = 0x0a;
const PAGE_BYTES = 1 << 20;

/** The lines of a file, one at a time; a missing file has none. A line is good until the next is asked for. */
export async function* fileLines(path: string): AsyncGenerator<BoundedLine> {
  try {
    yield* boundedLines(createReadStream(path));
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw error;
  }
}

/** Collects lines into pages, so that however many are written, one page is held; copies, since a line may lie in a chunk. */
export class LinePages {
  readonly #write: (page: Buffer) => Promise<void>;
  readonly #page = Buffer.allocUnsafe(PAGE_BYTES);
  #used = 0;

  /** `write` has done with a page when it resolves: the next one lies in the same memory. */
  constructor(write: (page: Buffer) => Promise<void>) {
    this.#write = write;
  }

  async add(line: Buffer): Promise<void> {
    if (this.#used + line.length + 1 > PAGE_BYTES) await this.flush();
    if (line.length >= PAGE_BYTES) return this.#write(bytesOf([line]));
    this.#used += line.copy(this.#page, this.#used);
    this.#page[this.#used++] = NEWLINE;
  }

  async flush(): Promise<void> {
    if (this.#used > 0) await this.#write(this.#page.subarray(0, this.#used));
    this.#used = 0;
  }
}

/** Lines as the bytes of a file, each ended by a newline. */
export function bytesOf(lines: readonly Buffer[]): Buffer {
  const newline = Buffer.from([NEWLINE]);
  return Buffer.concat(lines.flatMap((line) => [line, newline]));
}

/** The part up to and with the last newline: what comes after it may still be being written. */
export function wholeLines(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.lastIndexOf(NEWLINE) + 1);
}

/** Whether more can be appended without spoiling the last line. */
export function isClosed(bytes: Buffer): boolean {
  return bytes.length === 0 || bytes.at(-1) === NEWLINE;
}
