import { closeSync, constants, openSync, writeSync, type FSWatcher } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Logger } from '../../base/log.js';
import { tryWatch, watchAdvice } from '../../base/try-watch.js';

/** What it means for an operator. */
const SLOWER = 'The bell of the journal does not work; the wire and the poll wake this process, a little later';

/**
 * Wakes the processes of one home when something was said: a byte is written to a file that they watch (inotify(7)).
 *
 * It costs a tenth of the way through the hub, and it works while the hub is down. It promises nothing: where no watch
 * is to be had, the wire wakes, and behind both stands the poll (D1).
 */
export class Bell {
  readonly #path: string;
  readonly #file: number;
  readonly #log: Logger;
  #rung = false;
  #watcher: FSWatcher | undefined;

  constructor(journalPath: string, log: Logger) {
    this.#log = log;
    this.#path = join(dirname(journalPath), 'bell');
    this.#file = openSync(this.#path, constants.O_RDWR | constants.O_CREAT, 0o666);
  }

  /** Rings once for all that is said in one turn of the event loop. */
  ring(): void {
    if (this.#rung) return;
    this.#rung = true;
    setImmediate(() => (this.#rung = false));
    try {
      writeSync(this.#file, '\n', 0);
    } catch (error) {
      this.#log.warn({ err: error }, SLOWER);
    }
  }

  /** Calls onRing for every ring, this process's own included, or for several at once. False where it cannot. */
  listen(onRing: () => void): boolean {
    this.#watcher = tryWatch(this.#path, onRing, (error) =>
      this.#log.warn({ err: error }, `${SLOWER}${watchAdvice(error)}`),
    );
    return this.#watcher !== undefined;
  }

  close(): void {
    this.#watcher?.close();
    closeSync(this.#file);
  }
}
