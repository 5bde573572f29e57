import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { writeFileSafely } from '../base/atomic-file.js';
import type { Clock } from '../base/clock.js';
import { withFileLock } from '../base/file-lock.js';
import { archivedOf, archiveLine, type ArchivedLetter, type Resolution } from './archive.js';
import { ContentFiles } from './content-files.js';
import { lettersOf, type Letter } from './letter.js';
import { bytesOf, linesOf } from './lines.js';
import { appendLines, drainRests, hasRests } from './rest.js';
import { bytesAt, rewriteLines } from './rewrite.js';

/** The two files of the queue. */
export interface StorePaths {
  /** failed_signals.jsonl: open rows. */
  failedSignals: string;
  /** failed_signals.archive.jsonl: what left the queue, until it is removed. */
  failedSignalsArchive: string;
}

/** Says how a letter leaves; undefined lets it stay. */
export type Leave = (letter: Letter) => Resolution | undefined;

/** What may be done while the queue is held against all other writers of ours. */
export interface HeldStore {
  append(lines: readonly Buffer[]): Promise<void>;
  /** Moves letters into the archive and answers them. A crash in between leaves them in both; then they are open. */
  archive(leave: Leave): Promise<Letter[]>;
}

/** The dead letter queue on disk, safe for several writers. */
export class DeadLetterStore {
  readonly #paths: StorePaths;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #contents: ContentFiles;

  constructor(paths: StorePaths, clock: Pick<Clock, 'nowMs'>) {
    this.#paths = paths;
    this.#clock = clock;
    this.#contents = new ContentFiles(paths);
  }

  /** Open letters in the order of the file. What foreign programs wrote to replaced files is in it. */
  async read(): Promise<Letter[]> {
    await this.drain();
    return this.#open();
  }

  /** The letter with content that lies in a file of its own. Throws CONTENT_MISSING. */
  whole(letter: Letter): Promise<Letter> {
    return this.#contents.whole(letter);
  }

  /** What left the queue, in that order. */
  async archived(): Promise<ArchivedLetter[]> {
    return linesOf(await bytesAt(this.#paths.failedSignalsArchive)).flatMap((line) => archivedOf(line) ?? []);
  }

  /** Does the work while no other process of ours writes. Throws FILE_BUSY. */
  async hold<T>(work: (held: HeldStore) => Promise<T>): Promise<T> {
    const { failedSignals } = this.#paths;
    await mkdir(dirname(failedSignals), { recursive: true });
    return withFileLock(failedSignals, async () => {
      await drainRests(failedSignals, this.#clock.nowMs());
      return work({ append: (lines) => this.#append(lines), archive: (leave) => this.#archive(leave) });
    });
  }

  /** Fetches what foreign programs appended to replaced files. */
  async drain(): Promise<void> {
    if (await hasRests(this.#paths.failedSignals)) await this.hold(async () => undefined);
  }

  /** Brings archived letters back into the queue, byte for byte, and answers them. */
  async restore(wanted: (archived: ArchivedLetter) => boolean): Promise<Letter[]> {
    return this.hold(async (held) => {
      const leaving = (await this.archived()).filter(wanted).map(({ letter }) => letter);
      if (leaving.length === 0) return [];
      await held.append(leaving.map(({ line }) => line));
      await this.#keepArchived((archived) => !wanted(archived));
      return leaving;
    });
  }

  /** Removes archived letters for good and answers them. */
  async remove(wanted: (archived: ArchivedLetter) => boolean): Promise<ArchivedLetter[]> {
    return this.hold(async () => {
      const archived = await this.archived();
      const leaving = archived.filter(wanted);
      if (leaving.length === 0) return [];
      await this.#keepArchived((one) => !wanted(one));
      const staying = archived.filter((one) => !wanted(one)).map(({ letter }) => letter);
      const open = await this.#open();
      await this.#contents.remove(
        leaving.map(({ letter }) => letter),
        [...staying, ...open],
      );
      return leaving;
    });
  }

  async #open(): Promise<Letter[]> {
    return lettersOf(linesOf(await bytesAt(this.#paths.failedSignals)));
  }

  async #append(lines: readonly Buffer[]): Promise<void> {
    if (lines.length > 0) await appendLines(this.#paths.failedSignals, bytesOf(lines));
  }

  async #archive(leave: Leave): Promise<Letter[]> {
    const left: Letter[] = [];
    await rewriteLines(this.#paths.failedSignals, async (lines) => {
      const decided = lettersOf(lines).map((letter) => ({ letter, resolution: leave(letter) }));
      const leaving = decided.flatMap(({ letter, resolution }) => (resolution ? [{ letter, resolution }] : []));
      left.push(...leaving.map(({ letter }) => letter));
      const rows = leaving.map(({ letter, resolution }) => archiveLine(letter, resolution));
      if (rows.length > 0) await appendLines(this.#paths.failedSignalsArchive, bytesOf(rows));
      return decided.filter(({ resolution }) => resolution === undefined).map(({ letter }) => letter.line);
    });
    await drainRests(this.#paths.failedSignals, this.#clock.nowMs());
    return left;
  }

  /** Lines that are none of ours stay. */
  async #keepArchived(keep: (archived: ArchivedLetter) => boolean): Promise<void> {
    const lines = linesOf(await bytesAt(this.#paths.failedSignalsArchive));
    const kept = lines.filter((line) => {
      const archived = archivedOf(line);
      return archived === undefined || keep(archived);
    });
    await writeFileSafely(this.#paths.failedSignalsArchive, bytesOf(kept));
  }
}
