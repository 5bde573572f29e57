import type { Appender } from './append.js';
import type { Database } from './database.js';
import type { DeadStore } from './dead.js';
import { openEntrances, type Entrances } from './entrances.js';
import type { Claimed, Operations } from './operations.js';
import type { PauseBook } from './pauses.js';
import { openWorkTable, type ConsumerRow, type WorkRow, type WorkTable } from './work-table.js';

type ClaimInput = Operations['claim']['in'];

/** What a claim needs besides the work. */
export interface ClaimDoors {
  appender: Appender;
  dead: DeadStore;
  pauses: PauseBook;
}

/** Longer than any backoff: a row due after this was written before the clock jumped back. */
const CLOCK_JUMP_MS = 600_000;

/**
 * Claims what a consumer may handle next, in this order:
 * 1. suspects (work that a process died with) one at a time and only when nothing else is in flight here,
 *    so that one poison never takes a batch with it; one that has used up its attempts becomes a dead letter;
 * 2. retries that are due; an ordered consumer waits for one that is not;
 * 3. new signals in the order of the journal. A consumer that lets urgent ones go first fetches a page into its work
 *    rows and chooses among those.
 */
export class Claimer {
  readonly #work: WorkTable;
  readonly #appender: Appender;
  readonly #entrances: Entrances;
  readonly #dead: DeadStore;
  readonly #pauses: PauseBook;

  constructor(database: Database, { appender, dead, pauses }: ClaimDoors) {
    this.#work = openWorkTable(database);
    this.#appender = appender;
    this.#entrances = openEntrances(database);
    this.#dead = dead;
    this.#pauses = pauses;
  }

  claim(input: ClaimInput): Claimed[] {
    const consumer = this.#work.consumer(input.consumer);
    if (consumer === undefined || input.limit <= 0 || this.#pauses.of(consumer.name)) return [];
    const suspect = this.#nextSuspect(consumer, input.nowMs);
    if (suspect !== undefined) return input.inFlight > 0 ? [] : this.#takeAll([suspect], input);
    return consumer.urgent_first ? this.#claimUrgent(consumer, input) : this.#claimInOrder(consumer, input);
  }

  #claimUrgent(consumer: ConsumerRow, input: ClaimInput): Claimed[] {
    this.#fetch(consumer, input.ingest);
    return this.#takeAll(this.#due(input, input.limit), input);
  }

  #claimInOrder(consumer: ConsumerRow, input: ClaimInput): Claimed[] {
    const retries = this.#due(input, input.limit);
    if (consumer.ordered && retries.length === 0 && this.#work.hasAny(consumer.id)) return [];
    const held = this.#takeAll(retries, input);
    const room = input.limit - held.length;
    return room === 0 ? held : [...held, ...this.#takeNew(consumer, { ...input, limit: room })];
  }

  #due({ consumer, nowMs }: ClaimInput, limit: number): WorkRow[] {
    return this.#work.due({ consumer, nowMs, jumpedMs: nowMs + CLOCK_JUMP_MS, limit });
  }

  /** Enters the next signals into the consumer's work, unheld, so that the most urgent of them may be chosen. */
  #fetch(consumer: ConsumerRow, limit: number): void {
    for (const { seq, priority } of this.#nextSignals(consumer, limit)) this.#work.add(consumer.id, seq, priority);
  }

  /** Enters the next signals as work that is held at once. */
  #takeNew(consumer: ConsumerRow, { owner, limit, nowMs }: ClaimInput): Claimed[] {
    const next = this.#nextSignals(consumer, limit);
    const firstToken = next.length > 0 ? this.#work.tokens(next.length) : 0;
    return next.flatMap(({ seq }, index) => {
      const token = firstToken + index;
      this.#work.addHeld({ consumer: consumer.id, seq, owner, token, nowMs });
      return this.#claimed({ seq, attempts: 0, deaths: 0, replay: 0, first_failed_ms: null }, token) ?? [];
    });
  }

  /** The next signals of a consumer, at most `limit`, in order; its cursor moves behind them. */
  #nextSignals(consumer: ConsumerRow, limit: number): { seq: number; priority: number }[] {
    const newest = this.#work.newest();
    if (newest <= consumer.fetched) return [];
    const subscriptions = this.#work.subscriptions(consumer.id);
    const found = subscriptions.flatMap((name) => this.#work.signalsOf(name, consumer.fetched, limit));
    const next = found.sort((a, b) => a.seq - b.seq).slice(0, limit);
    this.#work.setFetched(consumer.id, next.length === limit ? (next.at(-1)?.seq ?? newest) : newest);
    return next;
  }

  #takeAll(rows: readonly WorkRow[], { consumer, owner, nowMs }: ClaimInput): Claimed[] {
    const firstToken = rows.length > 0 ? this.#work.tokens(rows.length) : 0;
    return rows.flatMap((work, index) => {
      const token = firstToken + index;
      const claimed = this.#claimed(work, token);
      if (claimed) this.#work.hold({ consumer, seq: work.seq, owner, token, nowMs });
      else this.#work.drop(consumer, work.seq);
      return claimed ?? [];
    });
  }

  #claimed(work: WorkRow, token: number): Claimed | undefined {
    const row = this.#work.signal(work.seq);
    if (row === undefined) return undefined;
    const { seq, attempts, deaths, replay } = work;
    const { nameId, entrance, chain, ...rest } = row;
    const origin = { from: this.#entrances.of(entrance), chain: this.#entrances.of(chain) };
    const name = this.#appender.nameOf(nameId);
    return { ...rest, ...origin, name, seq, attempt: attempts + 1, deaths, replay, token };
  }

  #nextSuspect(consumer: ConsumerRow, nowMs: number): WorkRow | undefined {
    for (let row = this.#work.suspect(consumer.id); row !== undefined; row = this.#work.suspect(consumer.id)) {
      if (row.attempts < consumer.max_attempts) return row;
      this.#bury(consumer, row, nowMs);
    }
    return undefined;
  }

  #bury(consumer: ConsumerRow, work: WorkRow, nowMs: number): void {
    const row = this.#work.signal(work.seq);
    this.#work.drop(consumer.id, work.seq);
    if (row === undefined) return;
    const times = work.deaths === 1 ? 'once' : `${work.deaths} times`;
    const error = `ProcessDied: the process of ${consumer.name} died ${times} while handling it`;
    const circumstances = { ...work, nowMs, firstFailedAtMs: work.first_failed_ms ?? nowMs };
    this.#dead.bury({ error, traceback: '', daemon: consumer.name, key: row.id }, circumstances);
  }
}
