import { readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileSafely } from '../base/atomic-file.js';
import { errorCode, KlorosError } from '../base/errors.js';
import { sha256 } from '../intents/file-name.js';
import type { ContentReference, DeadLetterRow } from './entry.js';
import type { Letter } from './letter.js';

/** Content of more bytes lies in a file of its own, so that the queue's file stays one that can be read. */
const MOST_BYTES = 65_536;

/** `dead_letters/` beside the queue's file: large contents, each under its digest, so that equal ones are one file. */
export class ContentFiles {
  readonly #folder: string;

  constructor({ failedSignals }: { failedSignals: string }) {
    this.#folder = join(dirname(failedSignals), 'dead_letters');
  }

  /** The row, its content written aside where that is large; durable when it resolves. */
  async setAside({ content, ...row }: DeadLetterRow): Promise<DeadLetterRow> {
    if (content === undefined) return row;
    const bytes = Buffer.byteLength(content);
    if (bytes <= MOST_BYTES) return { ...row, content };
    const reference = { sha256: sha256(content), bytes };
    if (!(await this.#has(reference))) await writeFileSafely(this.#pathOf(reference), content);
    return { ...row, content_file: reference };
  }

  /** The letter with its content, wherever that lies. Throws CONTENT_MISSING where it is gone or is another. */
  async whole(letter: Letter): Promise<Letter> {
    const { contentFile } = letter;
    if (contentFile === null) return letter;
    const content = await readFile(this.#pathOf(contentFile), 'utf8').catch(missing);
    if (content === undefined || sha256(content) !== contentFile.sha256) throw this.#gone(letter.id, contentFile);
    return { ...letter, content };
  }

  /** Removes the contents of letters that are gone for good, but those that others still name. */
  async remove(gone: readonly ContentReference[], kept: () => AsyncIterable<ContentReference | null>): Promise<void> {
    const unused = new Map(gone.map((file) => [file.sha256, file]));
    if (unused.size === 0) return;
    for await (const file of kept()) if (file !== null) unused.delete(file.sha256);
    for (const reference of unused.values()) await rm(this.#pathOf(reference), { force: true });
  }

  async #has(reference: ContentReference): Promise<boolean> {
    const found = await stat(this.#pathOf(reference)).catch(missing);
    return found?.size === reference.bytes;
  }

  #pathOf({ sha256: digest }: ContentReference): string {
    return join(this.#folder, digest);
  }

  #gone(id: string, reference: ContentReference): KlorosError {
    return new KlorosError({
      code: 'CONTENT_MISSING',
      message: `The content of dead letter ${id} is not there`,
      why: `${this.#pathOf(reference)} is missing or has other content`,
      next: [`kloros dlq prune ${id}`],
    });
  }
}

function missing(error: unknown): undefined {
  if (errorCode(error) !== 'ENOENT') throw error;
}
