import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileSafely } from '../base/atomic-file.js';
import { errorCode } from '../base/errors.js';

const cursorSchema = z.object({ url: z.string(), upToSeq: z.number().int().min(0) });

/** Up to which position of the journal a collector has taken the signals; kept in a file for each collector. */
export class Cursor {
  readonly #path: string;
  readonly #url: string;

  constructor(folder: string, url: string) {
    this.#url = url;
    this.#path = join(folder, `${createHash('sha256').update(url).digest('hex').slice(0, 12)}.json`);
  }

  /** Undefined where nothing was ever sent, or the file is damaged. */
  async read(): Promise<number | undefined> {
    try {
      return cursorSchema.safeParse(JSON.parse(await readFile(this.#path, 'utf8'))).data?.upToSeq;
    } catch (error) {
      if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
      throw error;
    }
  }

  async write(upToSeq: number): Promise<void> {
    await writeFileSafely(this.#path, JSON.stringify({ url: this.#url, upToSeq }));
  }
}
