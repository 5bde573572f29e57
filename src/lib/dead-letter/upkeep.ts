import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import type { Bus } from '../bus/bus.js';
import { cleanUp, type CleanedUp } from './clean-up.js';
import { DailyCleanUp } from './daily.js';
import { DeadLetterProjection, type DeadLetterSource } from './projection.js';
import { DeadLetterStore, type StorePaths } from './store.js';

/** What the upkeep of the queue needs. */
export interface UpkeepOptions {
  journal: DeadLetterSource & Pick<Bus, 'standing' | 'resolve'>;
  paths: StorePaths & { replays: string };
  clock: Clock;
  /** By which something is old. */
  ages: Pick<Clock, 'nowMs'>;
  log: Logger;
  dlq: { pruneAfterDays: number; removeAfterDays: number };
}

/** Keeps the queue's file in step with the journal, and cleans it up once a day. */
export class QueueUpkeep {
  readonly #log: Logger;
  readonly #projection: DeadLetterProjection;
  readonly #daily: DailyCleanUp;
  #running: Promise<void> | undefined;

  constructor({ journal, paths, clock, ages, log, dlq }: UpkeepOptions) {
    this.#log = log;
    this.#projection = new DeadLetterProjection(journal, { paths, clock });
    const store = new DeadLetterStore(paths, clock);
    this.#daily = new DailyCleanUp(clock, {
      cleanUp: () => cleanUp({ store, journal, clock, ages, replays: paths.replays, dlq }),
      report: (done) => this.#report(done),
    });
  }

  /** One turn; calls that overlap share it. Never throws, what failed is tried again. */
  run(): Promise<void> {
    this.#running ??= this.#turn().finally(() => (this.#running = undefined));
    return this.#running;
  }

  async #turn(): Promise<void> {
    try {
      await this.#projection.run();
    } catch (error) {
      this.#log.error({ err: error }, 'Dead letters wait to be written to their file');
    }
    try {
      await this.#daily.run();
    } catch (error) {
      this.#log.error({ err: error }, 'The dead letter queue was not cleaned up; it is tried again in ten minutes');
    }
  }

  #report({ resolved, deleted, removed }: CleanedUp): void {
    this.#log.info(
      { resolved, deleted, removed },
      `Cleaned up the dead letter queue: ${deleted} old rows moved to its archive, ${removed} older ones removed from it, ${resolved} had been dealt with`,
    );
  }
}
