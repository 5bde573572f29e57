import type { Clock } from '../base/clock.js';
import { KlorosError, toError } from '../base/errors.js';
import type { Config } from '../config/schema.js';
import type { Vitals } from './pulse.js';
import type { RunningDaemon } from './run-options.js';

/** A daemon that takes up new settings without its process ending. */
export interface ReloadableDaemon extends RunningDaemon {
  /**
   * Reads the settings anew and goes on with them. Where they cannot be used it goes on with those from before, which
   * `vitals` says from then on; answers why, in words, or undefined where all went well. Rejects, as `done` does, where
   * it cannot go on with either.
   */
  reload(): Promise<string | undefined>;
}

/** How one is made. */
export interface ReloadOptions {
  /** Settings it starts with. */
  config: Config;
  /** Reads them anew; throws where they are wrong. */
  read: () => Promise<Config>;
  start: (config: Config) => Promise<RunningDaemon>;
  clock: Pick<Clock, 'monotonicMs'>;
}

/** Ending in order and opening all anew takes no longer; who takes longer stands still. */
const SWAP_LIMIT_MS = 60_000;

/**
 * Starts a daemon that can be reloaded. To reload is to end it in order and to start it again within the process, so that
 * whatever depends on a setting is made anew; only the home stays, since the journal and whoever keeps it are found there.
 *
 *   RUNNING    reload: the settings are wrong, or another home ... RUNNING, with the old ones and a complaint
 *   RUNNING    reload: they can be read .......................... SWAPPING: what runs may finish
 *   SWAPPING   it starts with the new ones ....................... RUNNING
 *   SWAPPING   it does not: once more with the old ones .......... RUNNING with a complaint, or it has failed
 *   any        stop, rest ........................................ ended, after a swap that is under way
 */
export async function startReloadable(options: ReloadOptions): Promise<ReloadableDaemon> {
  const daemon = new Reloadable(options, await options.start(options.config));
  return daemon;
}

const UNCHANGED = 'its settings stay those from before';

class Reloadable implements ReloadableDaemon {
  readonly done: Promise<void>;
  #current: RunningDaemon;
  #config: Config;
  #complaint: string | undefined;
  #swap: Promise<string | undefined> | undefined;
  #swapSinceMs = 0;
  #isLost = false;
  #ended: (why?: unknown) => void = () => undefined;
  readonly #options: ReloadOptions;

  constructor(options: ReloadOptions, first: RunningDaemon) {
    this.#options = options;
    this.#config = options.config;
    this.#current = first;
    this.done = new Promise((resolve, reject) => {
      this.#ended = (why) => (why === undefined ? resolve() : reject(toError(why)));
    });
    this.done.catch(() => undefined); // Whoever runs it hears of it.
    this.#watch(first);
  }

  stop(): Promise<void> {
    return this.#end((running) => running.stop());
  }

  rest(): Promise<void> {
    return this.#end((running) => running.rest());
  }

  stays(): Promise<boolean> {
    return this.#current.stays();
  }

  restingMs(): number {
    return this.#swap === undefined ? this.#current.restingMs() : 0;
  }

  vitals(): Vitals {
    if (this.#swap !== undefined) {
      const swapsMs = this.#options.clock.monotonicMs() - this.#swapSinceMs;
      return { isAlive: swapsMs < SWAP_LIMIT_MS, words: 'Reads its settings anew' };
    }
    const { isAlive, words } = this.#current.vitals();
    return { isAlive, words: this.#complaint === undefined ? words : `${words}; ${UNCHANGED}: ${this.#complaint}` };
  }

  reload(): Promise<string | undefined> {
    this.#swapSinceMs = this.#options.clock.monotonicMs();
    return (this.#swap ??= this.#reload().finally(() => (this.#swap = undefined)));
  }

  async #reload(): Promise<string | undefined> {
    try {
      const config = await this.#options.read();
      if (config.home !== this.#config.home) throw otherHome(config.home);
      await this.#replace(config);
      this.#complaint = undefined;
    } catch (error) {
      if (this.#isLost) throw error;
      this.#complaint = inOneLine(error);
    }
    return this.#complaint;
  }

  /** Throws why the new settings cannot be used, when it works again with the old ones. */
  async #replace(config: Config): Promise<void> {
    // What could not be ended in order has let go of everything all the same, and is no fault of the new settings.
    await this.#current.stop().catch(() => undefined);
    try {
      this.#take(config, await this.#options.start(config));
    } catch (error) {
      await this.#goBack();
      throw error;
    }
  }

  async #goBack(): Promise<void> {
    try {
      this.#take(this.#config, await this.#options.start(this.#config));
    } catch (error) {
      this.#ended(error);
      this.#isLost = true;
    }
  }

  #take(config: Config, running: RunningDaemon): void {
    [this.#config, this.#current] = [config, running];
    this.#watch(running);
  }

  /** Only the end of the present one is the daemon's end, and no end that is part of a swap. */
  #watch(running: RunningDaemon): void {
    running.done.catch((error: unknown) => {
      if (running === this.#current && this.#swap === undefined) this.#ended(error);
    });
  }

  async #end(how: (running: RunningDaemon) => Promise<void>): Promise<void> {
    await this.#swap?.catch(() => undefined); // Then there is nothing to be ended.
    await how(this.#current);
    await this.#current.done.then(() => this.#ended(), this.#ended);
  }
}

function otherHome(home: string): KlorosError {
  return new KlorosError({ code: 'HOME_CHANGED', message: `another home, ${home}, needs a restart` });
}

function inOneLine(error: unknown): string {
  const { message } = toError(error);
  const why = error instanceof KlorosError && error.why !== undefined ? `: ${error.why}` : '';
  return `${message}${why}`.replaceAll(/\s+/g, ' ');
}
