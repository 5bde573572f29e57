import { open } from 'node:fs/promises';
import { boundedLines } from '../base/bounded-lines.js';
import { errorCode } from '../base/errors.js';

/** Reads what was appended to a file since the last time; begins anew when the file was replaced. */
export class Tail {
  readonly #path: string;
  #ino = 0;
  #offset = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Tells whole lines that are new, one at a time; first `anew` where they are all there are. */
  async read({ anew, line: tell }: { anew: () => void; line: (line: Buffer) => void }): Promise<void> {
    const handle = await open(this.#path, 'r').catch(missing);
    if (handle === undefined) return anew();
    try {
      const { ino, size } = await handle.stat();
      if (ino !== this.#ino || size < this.#offset) {
        anew();
        [this.#ino, this.#offset] = [ino, 0];
      }
      const chunks = handle.createReadStream({ start: this.#offset, autoClose: false });
      for await (const { bytes, offset, length, complete, isTooLong } of boundedLines(chunks, this.#offset)) {
        if (!complete) break;
        if (!isTooLong) tell(bytes);
        this.#offset = offset + length + 1;
      }
    } finally {
      await handle.close();
    }
  }
}

function missing(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
}
