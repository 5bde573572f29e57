import { isoTimestamp, type Clock } from '../base/clock.js';
import { toError } from '../base/errors.js';
import type { DeadLetter } from '../bus/bus.js';
import type { Resolution } from './archive.js';
import { ContentFiles } from './content-files.js';
import { replaysBefore, rowOfDeadLetter, rowText } from './entry.js';
import { KnownFailures } from './known.js';
import type { Letter } from './letter.js';
import { DeadLetterStore, type HeldStore, type StorePaths } from './store.js';
import { reasonsOfReplays, unfinishedRuns } from './run-record.js';

/** Where dead letters are decided. */
export interface DeadLetterSource {
  /** At most a page of them, in the order of their numbers. */
  deadLetters(afterNumber: number): Promise<DeadLetter[]>;
  /** Number up to which they were written into the file. */
  projected(): number;
  markProjected(number: number): Promise<void>;
}

/** Where the projection writes, and by which clock. */
export interface ProjectionOptions {
  paths: StorePaths & { replays: string };
  clock: Pick<Clock, 'nowMs'>;
}

/**
 * Writes the journal's dead letters into failed_signals.jsonl, each once.
 * The journal notes how far that went; a crash between the append and the note is repaired by looking into the files,
 * the archive included. A failure of something that is in the queue already takes the place of the earlier one, which
 * moves to the archive and stays readable in the new one's history.
 */
export class DeadLetterProjection {
  readonly #source: DeadLetterSource;
  readonly #options: ProjectionOptions;
  readonly #store: DeadLetterStore;
  readonly #known: KnownFailures;
  readonly #contents: ContentFiles;
  #upTo: number | undefined;

  constructor(source: DeadLetterSource, options: ProjectionOptions) {
    this.#source = source;
    this.#options = options;
    this.#store = new DeadLetterStore(options.paths, options.clock);
    this.#known = new KnownFailures(options.paths);
    this.#contents = new ContentFiles(options.paths);
  }

  /** Appends what is new; one run at a time. */
  async run(): Promise<void> {
    await this.#store.drain();
    this.#upTo ??= this.#source.projected();
    for (;;) {
      const letters = await this.#source.deadLetters(this.#upTo);
      if (letters.length === 0) return;
      await this.#store.hold((held) => this.#write(letters, held));
      this.#upTo = letters.at(-1)?.number ?? this.#upTo;
      await this.#source.markProjected(this.#upTo);
    }
  }

  async #write(letters: readonly DeadLetter[], held: HeldStore): Promise<void> {
    await this.#known.refresh();
    const fresh = letters.filter((letter) => !this.#known.has(letter));
    const again = new Map(fresh.filter((letter) => this.#known.isOpen(letter)).map((one) => [placeOf(one), one]));
    const asked = { nowMs: this.#options.clock.nowMs(), reason: await this.#reason(again.size > 0) };
    if (fresh.length > 0) await this.#noteSaidAnew(fresh, held, asked.nowMs);
    const lines: Buffer[] = [];
    for (const letter of fresh) lines.push(await this.#lineOf(letter, asked));
    if (again.size > 0) await held.archive((old) => supersededBy(again.get(placeOf(old)), old, asked));
    await held.append(lines);
  }

  /** What cannot be written as a row is one that says so: it hides nobody behind it. */
  async #lineOf(letter: DeadLetter, asked: { nowMs: number; reason: string | null }): Promise<Buffer> {
    try {
      const past = this.#known.pastOf(letter, asked);
      return Buffer.from(rowText(await this.#contents.setAside(rowOfDeadLetter(letter, past)), letter.signal));
    } catch (error) {
      const { signal: _signal, content: _content, ...rest } = letter;
      const why = `its content cannot be written (${toError(error).message}); error: ${letter.error}`;
      return Buffer.from(JSON.stringify(rowOfDeadLetter({ ...rest, error: why })));
    }
  }

  /** What a replay at work says anew may fail before the replay archives the row. */
  async #noteSaidAnew(fresh: readonly DeadLetter[], held: HeldStore, nowMs: number): Promise<void> {
    for (const run of await unfinishedRuns(this.#options.paths.replays)) {
      const newIds = new Map((await run.announced()).map(({ id, newId }) => [id, newId]));
      const said = new Set(newIds.values());
      if (!fresh.some(({ key }) => said.has(key) && !this.#known.hasAnew(key))) continue;
      const resolution = { kind: 'replayed', at: isoTimestamp(nowMs), reason: run.header.reason } as const;
      for await (const letter of held.letters()) {
        const newId = newIds.get(letter.id);
        if (newId !== undefined) this.#known.noteAnew(letter, { ...resolution, newId });
      }
    }
  }

  /** A replay at work archives its rows at its end, and what failed again may be back before. */
  async #reason(wanted: boolean): Promise<string | null> {
    return wanted ? ((await reasonsOfReplays(this.#options.paths.replays)).at(-1) ?? null) : null;
  }
}

function placeOf({ daemon, key }: { daemon: string; key: string | null }): string {
  return `${daemon}\n${key ?? ''}`;
}

function supersededBy(
  newer: DeadLetter | undefined,
  { replay, history }: Letter,
  { nowMs, reason }: { nowMs: number; reason: string | null },
): Resolution | undefined {
  if (newer === undefined) return undefined;
  const replayed = newer.replay + replaysBefore(history) > replay;
  return {
    kind: replayed ? 'replayed' : 'superseded',
    at: isoTimestamp(nowMs),
    reason: replayed ? reason : null,
    became: 'failed again',
  };
}
