import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isTooLongLine, type BoundedLine } from '../base/bounded-lines.js';
import type { Clock } from '../base/clock.js';
import { withFileLock } from '../base/file-lock.js';
import { archivedOf, archiveLine, type ArchivedLetter, type Resolution } from './archive.js';
import { ContentFiles } from './content-files.js';
import type { ContentReference } from './entry.js';
import type { Condition } from './filter.js';
import { letterOf, tooLongLetter, type Letter } from './letter.js';
import { kept, tellerApart } from './letters.js';
import { bytesOf, fileLines, LinePages } from './lines.js';
import { appendLines, drainRests, hasRests } from './rest.js';
import { rewriteLines, rewriteOwnLines } from './rewrite.js';

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
  letters(): AsyncGenerator<Letter>;
  append(lines: readonly Buffer[]): Promise<void>;
  /** Moves letters into the archive and answers their ids. A crash in between leaves them in both; then they are open. */
  archive(leave: Leave): Promise<string[]>;
}

/** The dead letter queue on disk, safe for several writers. However long its files are, a page of them is held. */
export class DeadLetterStore {
  readonly #paths: StorePaths;
  readonly #clock: Pick<Clock, 'nowMs'>;
  readonly #contents: ContentFiles;

  constructor(paths: StorePaths, clock: Pick<Clock, 'nowMs'>) {
    this.#paths = paths;
    this.#clock = clock;
    this.#contents = new ContentFiles(paths);
  }

  /** Open letters in the order of the file, one at a time. What foreign programs wrote to replaced files is in it. */
  async *letters(): AsyncGenerator<Letter> {
    await this.drain();
    yield* this.#open();
  }

  /** The open letters that are meant, all held at once. */
  async read(isMeant: Condition = () => true): Promise<Letter[]> {
    const found: Letter[] = [];
    for await (const letter of this.letters()) if (isMeant(letter)) found.push(kept(letter));
    return found;
  }

  /** The letter with content that lies in a file of its own. Throws CONTENT_MISSING. */
  whole(letter: Letter): Promise<Letter> {
    return this.#contents.whole(letter);
  }

  /** What left the queue, in that order, one at a time. */
  async *archivedLetters(): AsyncGenerator<ArchivedLetter> {
    for await (const line of fileLines(this.#paths.failedSignalsArchive)) {
      const archived = archivedIn(line);
      if (archived !== undefined) yield archived;
    }
  }

  /** Does the work while no other process of ours writes. Throws FILE_BUSY. */
  async hold<T>(work: (held: HeldStore) => Promise<T>): Promise<T> {
    const { failedSignals } = this.#paths;
    await mkdir(dirname(failedSignals), { recursive: true });
    return withFileLock(failedSignals, async () => {
      await drainRests(failedSignals, this.#clock.nowMs());
      return work({
        letters: () => this.#open(),
        append: (lines) => this.#append(lines),
        archive: (leave) => this.#archive(leave),
      });
    });
  }

  /** Fetches what foreign programs appended to replaced files. */
  async drain(): Promise<void> {
    if (await hasRests(this.#paths.failedSignals)) await this.hold(async () => undefined);
  }

  /** Brings archived letters back into the queue, byte for byte, and answers their ids. */
  async restore(isWanted: (archived: ArchivedLetter) => boolean): Promise<string[]> {
    return this.hold(async () => {
      const restored: string[] = [];
      const pages = new LinePages((page) => appendLines(this.#paths.failedSignals, page));
      for await (const archived of this.archivedLetters()) {
        if (!isWanted(archived)) continue;
        restored.push(archived.letter.id);
        await pages.add(archived.letter.line);
      }
      await pages.flush();
      if (restored.length > 0) await this.#dropArchived(isWanted);
      return restored;
    });
  }

  /** Removes archived letters for good, and the contents that no other names; answers how many. */
  async remove(isWanted: (archived: ArchivedLetter) => boolean): Promise<number> {
    return this.hold(async () => {
      const gone = await this.#dropArchived(isWanted);
      await this.#contents.remove(gone.contents, () => this.#contentsKept());
      return gone.count;
    });
  }

  async *#open(): AsyncGenerator<Letter> {
    const tellApart = tellerApart();
    for await (const line of fileLines(this.#paths.failedSignals)) yield tellApart(letterIn(line));
  }

  async #append(lines: readonly Buffer[]): Promise<void> {
    if (lines.length > 0) await appendLines(this.#paths.failedSignals, bytesOf(lines));
  }

  async #archive(leave: Leave): Promise<string[]> {
    const { failedSignals, failedSignalsArchive } = this.#paths;
    const left: string[] = [];
    const tellApart = tellerApart();
    const pages = new LinePages((page) => appendLines(failedSignalsArchive, page));
    const stays = async (line: BoundedLine) => {
      const letter = tellApart(letterIn(line));
      const resolution = line.isTooLong ? undefined : leave(letter);
      const row = resolution && archiveLine(letter, resolution);
      if (row === undefined || isTooLongLine(row)) return true; // What could not be read again would not come back.
      left.push(letter.id);
      await pages.add(row);
      return false;
    };
    await rewriteLines(failedSignals, { stays, settle: () => pages.flush() });
    await drainRests(failedSignals, this.#clock.nowMs());
    return left;
  }

  /** Lines that are none of ours stay. */
  async #dropArchived(isWanted: (archived: ArchivedLetter) => boolean): Promise<Gone> {
    const gone: Gone = { count: 0, contents: [] };
    await rewriteOwnLines(this.#paths.failedSignalsArchive, (line) => {
      const archived = archivedIn(line);
      if (archived === undefined || !isWanted(archived)) return true;
      gone.count += 1;
      const { contentFile } = archived.letter;
      if (contentFile !== null) gone.contents.push(contentFile);
      return false;
    });
    return gone;
  }

  async *#contentsKept(): AsyncGenerator<Letter['contentFile']> {
    for await (const { letter } of this.archivedLetters()) yield letter.contentFile;
    for await (const { contentFile } of this.#open()) yield contentFile;
  }
}

/** What was removed for good. */
interface Gone {
  count: number;
  contents: ContentReference[];
}

function letterIn({ bytes, length, isTooLong }: BoundedLine): Letter {
  return isTooLong ? tooLongLetter(bytes, length) : letterOf(bytes);
}

function archivedIn({ bytes, isTooLong }: BoundedLine): ArchivedLetter | undefined {
  return isTooLong ? undefined : archivedOf(bytes);
}
