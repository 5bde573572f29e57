import { mkdirSync, readdirSync, statSync, type FSWatcher } from 'node:fs';
import { basename, join } from 'node:path';
import type { Logger } from '../base/log.js';
import { tryWatch, watchAdvice } from '../base/try-watch.js';

/** Where the hub leaves its requests, and who starts a daemon that rests. */
export interface ActivationRequestsOptions {
  folder: string;
  wake: (daemon: string) => void;
  log: Logger;
}

const LOOK_EVERY_MS = 1_000;

/**
 * Hears of the files that the hub writes for daemons that have something to do and no process. Once a second it sees
 * that the folder is there and watched, since a cleaner may have it away, and looks itself where nothing can be watched.
 */
export class ActivationRequests {
  readonly #options: ActivationRequestsOptions;
  readonly #writtenMs = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #watcher: FSWatcher | undefined;
  #isTold = false;

  constructor(options: ActivationRequestsOptions) {
    this.#options = options;
    this.#look();
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#watcher?.close();
  }

  #look(): void {
    if (this.#watcher !== undefined) return;
    try {
      mkdirSync(this.#options.folder, { recursive: true });
      this.#watcher = tryWatch(
        this.#options.folder,
        (name) => this.#hear(name),
        (error) => this.#complain(error),
      );
      this.#wakeNew(); // What was written before there was a watch.
    } catch {
      return; // The folder cannot be made, or goes in this moment: then nobody writes there either.
    }
  }

  #hear(name: string | null): void {
    if (name !== null && name !== basename(this.#options.folder)) return this.#options.wake(name);
    // The folder itself has gone; not made again at once, or whoever removes it would find it there.
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #wakeNew(): void {
    for (const name of readdirSync(this.#options.folder)) {
      const { mtimeMs } = statSync(join(this.#options.folder, name));
      if (this.#writtenMs.get(name) !== mtimeMs) this.#options.wake(name);
      this.#writtenMs.set(name, mtimeMs);
    }
  }

  #complain(error: unknown): void {
    this.#watcher?.close();
    this.#watcher = undefined;
    if (this.#isTold) return;
    this.#isTold = true;
    const words = `${this.#options.folder} cannot be watched, and is looked at once a second${watchAdvice(error)}`;
    this.#options.log.warn({ err: error }, words);
  }
}
