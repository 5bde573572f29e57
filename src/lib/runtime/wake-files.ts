import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, type Timer } from '../base/timers.js';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import { maintenanceAt } from '../maintenance/mode.js';

/** What is asked, and where the answer is left. */
export interface WakeFilesOptions {
  /** Daemons that have something to do, and no process. */
  due: (nowMs: number) => string[];
  folder: string;
  maintenancePath: string;
  clock: Pick<Clock, 'nowMs' | 'monotonicMs'>;
  log: Logger;
}

const LEAST_PAUSE_MS = 100;

/**
 * Lets whoever keeps the daemons know which of them to start: a file of the daemon's name is written. It is written again
 * as long as there is something to do and nobody does it, so that a wish that comes while a daemon is just ending is
 * heard a moment later, and several wishes are one start.
 */
export class WakeFiles {
  readonly #options: WakeFilesOptions;
  #lookedMs = -Infinity;
  #later: Timer | undefined;

  constructor(options: WakeFilesOptions) {
    this.#options = options;
  }

  /** Looks now, or a moment later where it has just looked. */
  look(): void {
    const leftMs = this.#lookedMs + LEAST_PAUSE_MS - this.#options.clock.monotonicMs();
    if (leftMs <= 0) this.#wake();
    else this.#later ??= after(leftMs, () => this.#wake()).unref();
  }

  close(): void {
    this.#later?.clear();
  }

  #wake(): void {
    const { due, folder, maintenancePath, clock, log } = this.#options;
    this.#later?.clear();
    this.#later = undefined;
    this.#lookedMs = clock.monotonicMs();
    try {
      if (maintenanceAt(maintenancePath, clock)) return;
      const names = due(clock.nowMs());
      if (names.length > 0) mkdirSync(folder, { recursive: true });
      for (const name of names) writeFileSync(join(folder, name), '\n');
    } catch (error) {
      log.warn({ err: error }, 'Who has something to do could not be told; it is tried again in a second');
    }
  }
}
