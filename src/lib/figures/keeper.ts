import { writeFileSafely } from '../base/atomic-file.js';
import type { Logger } from '../base/log.js';
import { countInto, noBins } from './bins.js';
import { figuresPath, readFigures, type AttemptOutcome, type Figures } from './figures.js';

/** Whose figures, and where they are kept. */
export interface KeeperOptions {
  folder: string;
  daemon: string;
  instance?: string | undefined;
  log: Logger;
}

/** One attempt that ended. */
export interface AttemptFigure {
  outcome: AttemptOutcome;
  handlingMs: number;
  /** Of a first attempt: how long the signal had waited; by the wall clock, so it may be less than nothing. */
  waitedMs?: number;
}

const WRITE_EVERY_MS = 10_000;

/**
 * Counts what a daemon does, and keeps it in a file that others may read. A kill loses the last ten seconds of it, which
 * is why nothing but graphs may depend on it: the journal knows what was really done.
 */
export class FiguresKeeper {
  readonly #path: string;
  readonly #log: Logger;
  readonly #figures: Figures;
  readonly #timer: NodeJS.Timeout;
  #isStale = false;
  #writing: Promise<void> = Promise.resolve();

  private constructor({ folder, daemon, instance, log }: KeeperOptions, earlier: Figures | undefined) {
    this.#path = figuresPath(folder, daemon, instance);
    this.#log = log;
    this.#figures = earlier ?? newFigures(daemon);
    this.#timer = setInterval(() => this.#write(), WRITE_EVERY_MS).unref();
  }

  /** Goes on from where the instance before ended. */
  static async open(options: KeeperOptions): Promise<FiguresKeeper> {
    const path = figuresPath(options.folder, options.daemon, options.instance);
    return new FiguresKeeper(options, await readFigures(path).catch(() => undefined));
  }

  /** Counts an attempt; quick, since it is called for every signal. */
  note({ outcome, handlingMs, waitedMs }: AttemptFigure): void {
    this.#figures.attempts[outcome] += 1;
    countInto(this.#figures.handling, handlingMs / 1000);
    if (waitedMs !== undefined) countInto(this.#figures.waiting, Math.max(0, waitedMs) / 1000);
    this.#isStale = true;
  }

  /** Writes what is left and stops. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#write();
    await this.#writing;
  }

  #write(): void {
    if (!this.#isStale) return;
    this.#isStale = false;
    const text = JSON.stringify(this.#figures);
    this.#writing = this.#writing
      .then(() => writeFileSafely(this.#path, text))
      // A full disk must not keep a daemon from its work; what was counted stays in memory.
      .catch((error: unknown) => {
        this.#isStale = true;
        this.#log.debug({ err: error }, `${this.#path} cannot be written`);
      });
  }
}

function newFigures(daemon: string): Figures {
  const attempts = { handled: 0, retried: 0, dead: 0, given_back: 0, lost: 0 };
  return { daemon, attempts, handling: noBins(), waiting: noBins() };
}
