import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** Told each line without its newline; `isWhole` is false for a piece of one that is longer than the limit. */
export type OnLine = (line: string, isWhole: boolean) => void;

const NEWLINE = 0x0a;

/**
 * Cuts a stream into lines and holds at most `mostBytes` of one in memory: what is longer comes in pieces.
 * readline keeps a line that never ends until memory does, ends a line at U+2028 in the middle of JSON, and throws the
 * stream's errors. A stream that fails ends here without a word; whoever has to know listens to the stream itself.
 */
export function readLines(stream: Readable, mostBytes: number, onLine: OnLine): void {
  const cutter = new LineCutter(mostBytes, onLine);
  stream.on('data', (chunk: Buffer) => cutter.push(chunk));
  stream.once('end', () => cutter.end());
  stream.on('error', () => undefined);
}

class LineCutter {
  readonly #mostBytes: number;
  readonly #onLine: OnLine;
  readonly #decoder = new StringDecoder('utf8');
  #text = '';
  #bytes = 0;

  constructor(mostBytes: number, onLine: OnLine) {
    this.#mostBytes = mostBytes;
    this.#onLine = onLine;
  }

  push(chunk: Buffer): void {
    for (let at = 0; at < chunk.length;) {
      const newline = chunk.indexOf(NEWLINE, at);
      if (this.#bytes >= this.#mostBytes && at !== newline) this.#emitPiece();
      const end = Math.min(newline === -1 ? chunk.length : newline, at + this.#mostBytes - this.#bytes);
      this.#text += this.#decoder.write(chunk.subarray(at, end));
      this.#bytes += end - at;
      if (end === newline) this.#emitLine();
      at = end === newline ? end + 1 : end;
    }
  }

  /** The last words need no newline. */
  end(): void {
    if (this.#bytes > 0) this.#emitLine();
  }

  /** The decoder keeps a character that is only half there for the next piece. */
  #emitPiece(): void {
    const text = this.#text;
    [this.#text, this.#bytes] = ['', 0];
    this.#onLine(text, false);
  }

  #emitLine(): void {
    const text = this.#text + this.#decoder.end();
    [this.#text, this.#bytes] = ['', 0];
    this.#onLine(text.endsWith('\r') ? text.slice(0, -1) : text, true);
  }
}
