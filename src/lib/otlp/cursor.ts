import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { writeFileSafely } from '../base/atomic-file.js';
import { errorCode } from '../base/errors.js';
import { maskSecrets } from '../base/redact.js';

const count = z.number().int().min(0);
const cursorSchema = z.object({ url: z.url(), upToSeq: count, lost: count.default(0), refused: count.default(0) });

/** How far one collector is. */
export interface Sent {
  /** Up to which position of the journal it has taken the signals. */
  upToSeq: number;
  /** Signals, at most, that retention removed before it had taken them. */
  lost: number;
  /** Spans that it will never take: too large alone, or wrong by its rules. */
  refused: number;
}

/** Up to which position of the journal a collector has taken the signals; kept in a file for each collector. */
export class Cursor {
  readonly #path: string;
  readonly #url: string;

  constructor(folder: string, url: string) {
    this.#url = url;
    this.#path = join(folder, `${createHash('sha256').update(url).digest('hex').slice(0, 12)}.json`);
  }

  /** Undefined where nothing was ever sent, or the file is damaged. */
  async read(): Promise<Sent | undefined> {
    return readSent(this.#path);
  }

  async write({ upToSeq, lost, refused }: Sent): Promise<void> {
    await writeFileSafely(this.#path, JSON.stringify({ url: maskSecrets(this.#url), upToSeq, lost, refused }));
  }
}

/** How far every collector is that was ever sent to, by its host and port; several paths of one are taken together. */
export async function sentTo(folder: string): Promise<Map<string, Sent>> {
  const sent = new Map<string, Sent>();
  for (const name of (await filesIn(folder)).filter((file) => file.endsWith('.json'))) {
    const read = await readSent(join(folder, name));
    if (read === undefined) continue;
    const { host } = new URL(read.url);
    const other = sent.get(host) ?? { upToSeq: Infinity, lost: 0, refused: 0 };
    sent.set(host, {
      upToSeq: Math.min(other.upToSeq, read.upToSeq),
      lost: other.lost + read.lost,
      refused: other.refused + read.refused,
    });
  }
  return sent;
}

async function filesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function readSent(path: string): Promise<(Sent & { url: string }) | undefined> {
  try {
    return cursorSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).data;
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
