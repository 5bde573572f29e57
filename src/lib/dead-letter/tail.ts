import { open } from 'node:fs/promises';
import { errorCode } from '../base/errors.js';
import { linesOf, wholeLines } from './lines.js';

/** Reads what was appended to a file since the last time; begins anew when the file was replaced. */
export class Tail {
  readonly #path: string;
  #ino = 0;
  #offset = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Whole lines that are new; `anew` where they are all there are. */
  async read(): Promise<{ anew: boolean; lines: Buffer[] }> {
    const handle = await open(this.#path, 'r').catch(missing);
    if (handle === undefined) return { anew: true, lines: [] };
    try {
      const { ino, size } = await handle.stat();
      const anew = ino !== this.#ino || size < this.#offset;
      const from = anew ? 0 : this.#offset;
      const bytes = Buffer.alloc(size - from);
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, from);
      const whole = wholeLines(bytes.subarray(0, bytesRead));
      this.#ino = ino;
      this.#offset = from + whole.length;
      return { anew, lines: linesOf(whole) };
    } finally {
      await handle.close();
    }
  }
}

function missing(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
}
