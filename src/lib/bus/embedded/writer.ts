import { after } from '../../base/timers.js';
import { systemClock, type Clock } from '../../base/clock.js';
import { KlorosError } from '../../base/errors.js';
import type { Database } from './database.js';
import type { Guard } from './guard.js';
import { isBusy, isDiskTrouble } from './journal-errors.js';
import { isDurable, isRefusable, needsMark, type Answer, type Kind, type Operation } from './operations.js';
import { openTransaction, type Transaction } from './transaction.js';

/** Applies one operation inside the open transaction; a KlorosError undoes that operation alone. */
export type Apply = (operation: Operation) => unknown;

/** What a writer tells its owner. */
export interface WriterEvents {
  /** Nobody could write for this long; called once a second while it lasts. */
  stuck?: (waitedMs: number) => void;
  /** Called now and then after a commit. */
  often?: () => void;
  /** The disk is full or read-only. */
  diskTrouble?: (error: unknown) => void;
  /** Knows whether what is committed can be found again. */
  guard?: Pick<Guard, 'demandPlace' | 'explain'>;
}

interface Pending {
  operation: Operation;
  resolve: (answer: unknown) => void;
  reject: (error: unknown) => void;
}

const BUSY_PAUSE_MS = 1;
const LEAST_GAP_MS = 2;
const MOST_GAP_MS = 20;
const GAP_GROWTH = 1.5;
const LONG_WAIT_MS = 4;
const STUCK_MS = 2_000;
const STUCK_AGAIN_MS = 1_000;
/** Bounds how long one commit keeps all others waiting: about 20 ms. */
const ROWS_PER_COMMIT = 2_000;
const OFTEN_COMMITS = 256;

/**
 * Writes operations in groups: what is submitted while a commit runs or the pace forbids one shares the next.
 *
 * SQLite's lock is neither fair nor asynchronous. With `busy_timeout` four full-speed writers waited up to 1.8 s with
 * the event loop blocked; with this recipe the worst was 41 ms (D1): never wait inside SQLite; try five times 0.2 ms
 * apart, then let the event loop run for 1 ms; keep commits of one process at least 2 ms apart, a gap that grows by
 * half up to 20 ms after a wait of more than 4 ms and shrinks again after a short one.
 *
 * States: idle (queue empty) → scheduled (a timer will flush) → waiting (the lock is another's) → idle or scheduled.
 */
export class Writer {
  readonly #database: Database;
  readonly #apply: Apply;
  readonly #events: WriterEvents;
  readonly #transaction: Transaction;
  // The pace of commits is the machine's business and no daemon's, so its clock is not passed in.
  readonly #clock: Clock = systemClock;
  #queue: Pending[] = [];
  #scheduled = false;
  #gapMs = LEAST_GAP_MS;
  #lastCommitMs = -Infinity;
  #waitingSinceMs: number | undefined;
  #toldStuckMs = 0;
  #durable: boolean | undefined;
  #commits = 0;
  #closed = false;
  #drained: (() => void)[] = [];

  constructor(database: Database, apply: Apply, events: WriterEvents = {}) {
    this.#database = database;
    this.#apply = apply;
    this.#events = events;
    this.#transaction = openTransaction(database);
  }

  /** Resolves with the operation's answer after the commit that holds it. */
  submit<K extends Kind>(operation: Operation<K>): Promise<Answer<K>> {
    if (this.#closed) return Promise.reject(closedError());
    return new Promise<Answer<K>>((resolve, reject) => {
      this.#queue.push({ operation: operation as Operation, resolve: resolve as (answer: unknown) => void, reject });
      this.#schedule();
    });
  }

  /** Writes what is queued, then refuses more. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#queue.length === 0) return;
    await new Promise<void>((resolve) => this.#drained.push(resolve));
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    const waitMs = this.#lastCommitMs + this.#gapMs - this.#clock.monotonicMs();
    if (waitMs <= 0) setImmediate(() => this.#flush());
    else after(waitMs, () => this.#flush());
  }

  #flush(): void {
    const batch = this.#queue.slice(0, countOf(this.#queue));
    const settle = this.#tryCommit(batch);
    if (settle === 'busy') {
      setTimeout(() => this.#flush(), BUSY_PAUSE_MS);
      return;
    }
    this.#queue = this.#queue.slice(batch.length);
    this.#scheduled = false;
    this.#adaptPace();
    for (const answer of settle) answer();
    if (++this.#commits % OFTEN_COMMITS === 0) this.#events.often?.();
    if (this.#queue.length > 0) this.#schedule();
    else for (const resolve of this.#drained.splice(0)) resolve();
  }

  #tryCommit(batch: readonly Pending[]): 'busy' | (() => void)[] {
    try {
      this.#setDurability(batch.some(({ operation }) => isDurable(operation.kind)));
      if (!this.#transaction.begin()) return this.#noteWaiting();
      const answers = batch.map((pending) => this.#applyOne(pending));
      this.#transaction.commit();
      this.#events.guard?.demandPlace(); // What was committed into a file that nobody finds is not accepted.
      return answers;
    } catch (error) {
      this.#transaction.undoAll();
      if (isBusy(error)) return this.#noteWaiting();
      if (isDiskTrouble(error)) this.#events.diskTrouble?.(error);
      const reason = isDiskTrouble(error) ? diskError(error) : this.#explain(error);
      return batch.map(
        ({ reject }) =>
          () =>
            reject(reason),
      );
    }
  }

  #explain(error: unknown): unknown {
    return this.#events.guard?.explain(error) ?? error;
  }

  #applyOne({ operation, resolve, reject }: Pending): () => void {
    const marked = needsMark(operation);
    if (marked) this.#transaction.mark();
    try {
      const answer = this.#apply(operation);
      if (marked) this.#transaction.keep();
      return () => resolve(answer);
    } catch (error) {
      if (!isRefusable(operation) || !(error instanceof KlorosError)) throw error;
      if (marked) this.#transaction.undo();
      return () => reject(error);
    }
  }

  #setDurability(durable: boolean): void {
    if (durable === this.#durable) return;
    // The pragma acts when it is compiled, so a prepared statement would not switch it.
    this.#database.pragma(`synchronous = ${durable ? 'FULL' : 'NORMAL'}`);
    this.#durable = durable;
  }

  #noteWaiting(): 'busy' {
    const nowMs = this.#clock.monotonicMs();
    this.#waitingSinceMs ??= nowMs;
    const waitedMs = nowMs - this.#waitingSinceMs;
    if (waitedMs >= STUCK_MS && nowMs - this.#toldStuckMs >= STUCK_AGAIN_MS) {
      this.#toldStuckMs = nowMs;
      this.#events.stuck?.(waitedMs);
    }
    return 'busy';
  }

  #adaptPace(): void {
    this.#lastCommitMs = this.#clock.monotonicMs();
    const waitedMs = this.#waitingSinceMs === undefined ? 0 : this.#lastCommitMs - this.#waitingSinceMs;
    this.#waitingSinceMs = undefined;
    this.#gapMs =
      waitedMs > LONG_WAIT_MS
        ? Math.min(MOST_GAP_MS, this.#gapMs * GAP_GROWTH)
        : Math.max(LEAST_GAP_MS, this.#gapMs / GAP_GROWTH);
  }
}

/** How many operations share a commit: at least one, and together about as many rows as the limit. */
function countOf(queue: readonly Pending[]): number {
  let rows = 0;
  const last = queue.findIndex(({ operation }) => (rows += rowsOf(operation)) >= ROWS_PER_COMMIT);
  return last === -1 ? queue.length : last + 1;
}

function rowsOf(operation: Operation): number {
  return 'rows' in operation ? Math.max(1, operation.rows.length) : 1;
}

function closedError(): KlorosError {
  return new KlorosError({ code: 'JOURNAL_CLOSED', message: 'The journal is closed', why: 'this process is stopping' });
}

function diskError(cause: unknown): KlorosError {
  return new KlorosError({
    code: 'DISK_FULL',
    message: 'The journal cannot be written',
    why: `the disk is full or read-only (${cause instanceof Error ? cause.message : String(cause)})`,
    next: ['free space on the disk of KLOROS_HOME; everything resumes by itself'],
    cause,
  });
}
