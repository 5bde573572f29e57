import type { Clock } from '../base/clock.js';
import { concurrently } from '../base/concurrently.js';
import { toError } from '../base/errors.js';
import { COLONY, fileOf, type Entrance } from '../signals/origin.js';
import type { Logger } from '../base/log.js';
import { TimeSlice } from '../base/time-slice.js';
import type { Said } from '../bus/bus.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { Backlog, costOf } from './backlog.js';
import { depart, departureOf, type Departure } from './departure.js';
import { Inbox } from './inbox.js';
import { lookAt, type LookOptions, type RefusedFile, type RoutedFile } from './look.js';
import { routesOf } from './routes.js';
import { isAnothers, sameStamp } from './stamp.js';
import { Stuck } from './stuck.js';
import { Unfinished } from './unfinished.js';

/** What the router is given; nothing is read from the process's surroundings. */
export interface RouterOptions {
  config: Config;
  clock: Clock;
  log: Logger;
  abort: AbortSignal;
  /** Resolves when intents may be taken up; absent: always. */
  ready?: () => Promise<void>;
  /** Time between two looks at the whole folder, default 5,000. */
  rescanMs?: number;
}

/** Said in one transaction; `committed` then takes the files from the folder. */
export interface IntentBatch extends Said {
  committed: () => Promise<void>;
}

type ReadFile = RoutedFile | RefusedFile;

const RESCAN_MS = 5_000;
const FILES_AT_ONCE = 16;
/** The event loop is never held for longer. */
const SLICE_MS = 10;
const READ_CHUNK = 256;
const BACKLOG_BYTES = 8_388_608;
const BATCH_BYTES = 4_194_304;

/**
 * Turns intent files into signals, until it is aborted.
 *
 * A round looks at every file that was listed, then says one batch; what is critical is said while the others are
 * still being read, and all else in order of urgency. So a backlog drains most urgent first, what arrives meanwhile
 * is read before the next batch, and memory holds the names and at most 8 MiB of what was read.
 * A file leaves the folder only after the commit: a crash in between is repaired by saying the same ids again.
 */
export class IntentRouter {
  readonly #options: RouterOptions;
  readonly #look: LookOptions;
  readonly #inbox: Inbox;
  readonly #backlog = new Backlog(BACKLOG_BYTES);
  readonly #unfinished: Unfinished;
  readonly #stuck = new Stuck();
  readonly #slice: TimeSlice;

  constructor(options: RouterOptions) {
    const { config, clock, log, rescanMs = RESCAN_MS } = options;
    const { intents: folder, quarantine } = pathsOf(config);
    const { maxBytes, stillMs } = config.intents;
    this.#options = options;
    this.#look = { folder, quarantine, maxBytes, table: routesOf(config), config };
    this.#inbox = new Inbox({ folder, clock, log, rescanMs });
    this.#unfinished = new Unfinished(stillMs);
    this.#slice = new TimeSlice(clock, SLICE_MS);
  }

  /** What is found, batch by batch. */
  async *batches(): AsyncGenerator<IntentBatch> {
    try {
      while (!this.#options.abort.aborted) {
        await this.#options.ready?.();
        await this.#inbox.refresh((name) => this.#isKnown(name));
        await this.#retryStuck();
        yield* this.#readAll();
        const batches = await this.#next({ onlyCritical: false });
        yield* batches;
        if (batches.length === 0 && this.#backlog.size === 0 && this.#inbox.size === 0) await this.#rest();
      }
    } finally {
      this.#inbox.close();
    }
  }

  #isKnown(name: string): boolean {
    return this.#backlog.has(name) || this.#unfinished.has(name) || this.#stuck.get(name) !== undefined;
  }

  /** Reads all that was listed, and a share of what was told meanwhile: so it ends, and nothing urgent is missed. */
  async *#readAll(): AsyncGenerator<IntentBatch> {
    do {
      const looked = await this.#lookAtAll(this.#inbox.take(READ_CHUNK));
      for (const read of looked) this.#backlog.add(read);
      yield* await this.#next({ onlyCritical: true });
    } while (this.#inbox.hasListed && !this.#options.abort.aborted);
  }

  async #lookAtAll(names: readonly string[]): Promise<ReadFile[]> {
    const looks = await concurrently(names, FILES_AT_ONCE, (name) => this.#readyFile(name));
    return looks.filter((look) => look !== undefined);
  }

  /** The file if it is ready to be said: there, finished by its writer, and not said already. */
  async #readyFile(name: string): Promise<ReadFile | undefined> {
    await this.#slice.breathe();
    const look = await lookAt(name, this.#look);
    const stuck = this.#stuck.get(name);
    if (look.kind !== 'gone' && stuck && sameStamp(stuck.stamp, look.stamp)) return undefined;
    this.#stuck.forget(name);
    const nowMs = this.#options.clock.monotonicMs();
    if (look.kind === 'refused' && look.mayBeUnfinished && !this.#unfinished.isStill(look, nowMs)) return undefined;
    this.#unfinished.forget(name);
    return look.kind === 'gone' ? undefined : look;
  }

  /** The next batch, bounded in number and bytes, a part for each user who wrote some of it; none when nothing waits. */
  async #next({ onlyCritical }: { onlyCritical: boolean }): Promise<IntentBatch[]> {
    const { batch } = this.#options.config.intents;
    const files: ReadFile[] = [];
    let bytes = 0;
    while (files.length < batch && bytes < BATCH_BYTES) {
      const waiting = this.#backlog.take(Math.min(FILES_AT_ONCE, batch - files.length), onlyCritical);
      if (waiting.length === 0) break;
      const read = await Promise.all(waiting.map(async ({ name, read: kept }) => kept ?? this.#readyFile(name)));
      for (const file of read) if (file) files.push(file);
      bytes = files.reduce((sum, file) => sum + costOf(file), 0);
    }
    const writers = [...new Set(files.map(({ stamp }) => stamp.uid))];
    return writers.map((uid) =>
      this.#batchOf(
        uid,
        files.filter(({ stamp }) => stamp.uid === uid),
      ),
    );
  }

  #batchOf(uid: number, files: readonly ReadFile[]): IntentBatch {
    const refused = files.filter((file) => file.kind === 'refused');
    for (const { deadLetter, error } of refused) {
      this.#options.log.warn({ intent_file: deadLetter.intentFile }, `An intent goes to quarantine: ${error}`);
    }
    return {
      from: writtenBy(uid),
      signals: files.flatMap((file) => (file.kind === 'routed' ? [file.draft] : [])),
      deadLetters: refused.map(({ deadLetter }) => deadLetter),
      committed: () => this.#departAll(files.map(departureOf)),
    };
  }

  async #retryStuck(): Promise<void> {
    const due = this.#stuck.due(this.#options.clock.monotonicMs());
    if (due.length === 0) return;
    await this.#departAll(due);
    if (this.#stuck.size === 0) this.#options.log.info('Every routed intent has left the folder');
  }

  async #departAll(files: readonly Departure[]): Promise<void> {
    const { folder, quarantine } = this.#look;
    await concurrently(files, FILES_AT_ONCE, async (file) => {
      await this.#slice.breathe();
      try {
        const nowMs = this.#options.clock.nowMs();
        this.#inbox.leaves(file.name);
        const finished = await depart(file, { folder, quarantine, nowMs });
        this.#stuck.forget(file.name);
        if (finished.kind === 'rewritten') this.#inbox.tell(finished.name);
      } catch (error) {
        this.#stay(file, toError(error));
      }
    });
  }

  /** Said once however many files it is, and not said again as a signal: the journal has it. */
  #stay(file: Departure, error: Error): void {
    if (this.#stuck.size === 0) {
      this.#options.log.error(
        { folder: this.#look.folder, error: error.message, next: `make ${this.#look.folder} writable` },
        'Intents are routed but cannot be taken from the folder; that is tried again until it works',
      );
    }
    this.#stuck.add(file, this.#options.clock.monotonicMs());
  }

  async #rest(): Promise<void> {
    const nowMs = this.#options.clock.monotonicMs();
    const dueMs = Math.min(this.#unfinished.nextDueMs(), this.#stuck.nextDueMs());
    await this.#inbox.rest(Math.max(0, dueMs - nowMs), this.#options.abort);
    for (const name of this.#unfinished.takeDue(this.#options.clock.monotonicMs())) this.#inbox.tell(name);
  }
}

/** What this user or root writes is the colony's own; what somebody else may write into the folder is his word. */
function writtenBy(uid: number): Entrance {
  return isAnothers({ uid }) ? fileOf(uid) : COLONY;
}
