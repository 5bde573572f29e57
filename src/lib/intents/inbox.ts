import type { FSWatcher } from 'node:fs';
import type { Clock } from '../base/clock.js';
import { toError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { watchAdvice } from '../base/try-watch.js';
import { WakeUp } from '../base/wake-up.js';
import { ensureFolder, listIntents } from './folder.js';
import { watchFolder } from './watch.js';

/** What an inbox needs. */
export interface InboxOptions {
  folder: string;
  clock: Clock;
  log: Logger;
  /** Time between two looks at the whole folder: the watch may miss what came in a flood. */
  rescanMs: number;
}

const UNWATCHED = 'The intents folder cannot be watched, and is listed again and again';
/** Names known at once; of a larger folder the rest is listed when these are done. */
const MAX_LISTED = 100_000;

/** Names of files to look at: those that the watch told of first, then those of the last listing. */
export class Inbox {
  readonly #options: InboxOptions;
  readonly #wakeUp = new WakeUp();
  readonly #told = new Set<string>();
  readonly #listed = new Set<string>();
  readonly #leaving = new Set<string>();
  #watch: FSWatcher | undefined;
  #ino: number | undefined;
  #listDueMs = 0;
  #isComplete = true;
  #trouble: string | undefined;
  #isWatchless = false;

  constructor(options: InboxOptions) {
    this.#options = options;
  }

  /** Files that wait to be looked at. */
  get size(): number {
    return this.#told.size + this.#listed.size;
  }

  /** Whether the last listing is not looked at whole. */
  get hasListed(): boolean {
    return this.#listed.size > 0;
  }

  /**
   * At most n names, of which at most half were told while listed ones wait, so that a flood of new files cannot keep
   * those from being looked at. Each is forgotten until something is heard of it again.
   */
  take(n: number): string[] {
    const told = takeFrom(this.#told, this.hasListed ? Math.ceil(n / 2) : n);
    return [...told, ...takeFrom(this.#listed, n - told.length)];
  }

  /** A file has to be looked at. */
  tell(name: string): void {
    this.#told.add(name);
    this.#wakeUp.call();
  }

  /** A file is about to be taken away by ourselves: the watch will tell of it, and that is no news. */
  leaves(name: string): void {
    this.#leaving.add(name);
  }

  /** Sees that the folder is there and watched, and lists it when that is due. What fails is said once and tried again. */
  async refresh(isKnown: (name: string) => boolean): Promise<void> {
    try {
      this.#follow(await ensureFolder(this.#options.folder));
      if (this.#options.clock.monotonicMs() >= this.#listDueMs) await this.#list(isKnown);
      if (this.#trouble !== undefined) this.#options.log.info('The intents folder can be read again');
      this.#trouble = undefined;
    } catch (error) {
      this.#complain(toError(error));
      this.#listDueMs = 0;
    }
  }

  /** Rests until there is something to do, at most timeoutMs. A folder that was not listed whole is listed at once. */
  async rest(timeoutMs: number, abort: AbortSignal): Promise<void> {
    if (!this.#isComplete) this.#listDueMs = 0;
    else await this.#wakeUp.rest(Math.min(timeoutMs, this.#options.rescanMs), abort);
  }

  close(): void {
    this.#watch?.close();
  }

  #follow(ino: number): void {
    if (this.#watch !== undefined && ino === this.#ino) return;
    this.#watch?.close();
    this.#listDueMs = 0; // What came before the watch began, or comes while there is none.
    this.#watch = watchFolder(this.#options.folder, {
      intent: (name) => {
        if (!this.#leaving.delete(name)) this.tell(name);
      },
      folder: () => this.#watchAnew(),
      error: (error) => this.#unwatched(error),
    });
    this.#ino = ino;
  }

  /** Then the listing alone finds what comes, every time that it is due. */
  #unwatched(error: unknown): void {
    const { folder, log } = this.#options;
    this.#watch?.close();
    this.#watch = undefined;
    if (!this.#isWatchless) log.warn({ folder, err: error }, `${UNWATCHED}${watchAdvice(error)}`);
    this.#isWatchless = true;
  }

  // The inode alone does not tell: a folder made anew often gets that of the one that was deleted.
  #watchAnew(): void {
    this.#ino = undefined;
    this.#wakeUp.call();
  }

  async #list(isKnown: (name: string) => boolean): Promise<void> {
    const isNew = (name: string) => !isKnown(name) && !this.#told.has(name);
    const { names, complete } = await listIntents(this.#options.folder, MAX_LISTED, isNew);
    for (const name of names) this.#listed.add(name);
    this.#leaving.clear(); // What the watch did not tell of by now it never will.
    this.#isComplete = complete;
    this.#listDueMs = this.#options.clock.monotonicMs() + this.#options.rescanMs;
  }

  #complain(error: Error): void {
    if (this.#trouble === error.message) return;
    this.#trouble = error.message;
    const { folder, log } = this.#options;
    log.error({ folder, error: error.message }, 'The intents folder cannot be read; it is tried again until it can');
  }
}

function takeFrom(names: Set<string>, n: number): string[] {
  const taken: string[] = [];
  for (const name of names) {
    if (taken.length === n) break;
    names.delete(name);
    taken.push(name);
  }
  return taken;
}
