import { KlorosError } from '../../base/errors.js';
import type { Failure } from '../bus.js';
import type { ConsumerRegister } from './consumers.js';
import type { Appender } from './append.js';
import type { Database } from './database.js';
import type { DeadStore } from './dead.js';
import type { Operations, SettleOutcome } from './operations.js';
import { openHeldTable, type Held, type HeldTable } from './held-table.js';
import type { StateStore } from './state.js';

type SettleInput = Operations['settle']['in'];
type Settled = Operations['settle']['out'];
type Done = Extract<SettleOutcome, { kind: 'done' }>;

/** Where what a handler said goes. */
export interface Doors {
  appender: Appender;
  dead: DeadStore;
  state: StateStore;
  consumers: ConsumerRegister;
}

const HANDLED_EVERY_MS = 1_000;

/**
 * Ends one attempt in one transaction: the work row goes where the token is still mine, and with it comes what the
 * handler said, or none of it (D3). A lost lease answers `fenced` and writes nothing.
 */
export class Settler {
  readonly #database: Database;
  readonly #doors: Doors;
  readonly #table: HeldTable;
  readonly #handledAtMs = new Map<number, number>();

  constructor(database: Database, doors: Doors) {
    this.#database = database;
    this.#doors = doors;
    this.#table = openHeldTable(database);
  }

  settle(input: SettleInput): Settled {
    const { outcome } = input;
    if (outcome.kind === 'done') return this.#accept(input, outcome);
    if (outcome.kind === 'release')
      return this.#table.giveBack({ ...input, notBeforeMs: outcome.notBeforeMs }) ? 'settled' : 'fenced';
    const held = this.#table.find(input);
    if (held === undefined) return 'fenced';
    this.#noteHandled(input);
    return outcome.kind === 'retry' ? this.#retry(input, held, outcome) : this.#bury(input, held, outcome.failure);
  }

  #accept(input: SettleInput, said: Done): Settled {
    const held = this.#table.find(input);
    if (held === undefined) return 'fenced';
    try {
      // One row alone is written or refused as a whole; only more need a place to go back to.
      if (isSingle(said)) this.#say(input, said, held);
      else this.#database.transaction(() => this.#say(input, said, held))();
      this.#table.drop(input);
      this.#noteHandled(input);
      return 'settled';
    } catch (error) {
      if (!(error instanceof KlorosError)) throw error;
      this.#bury(input, held, { error: `${error.code}: ${error.message}`, traceback: error.stack ?? '' });
      return 'conflict';
    }
  }

  #say({ consumer, nowMs }: SettleInput, { rows, deadLetters, state }: Done, { attempts, replay }: Held): void {
    const { appender, dead, state: states } = this.#doors;
    appender.append(rows);
    for (const letter of deadLetters) dead.bury(letter, { nowMs, attempts, replay });
    if (state.length > 0) states.apply(this.#nameOf(consumer), state);
  }

  #retry(input: SettleInput, held: Held, again: Extract<SettleOutcome, { kind: 'retry' }>): Settled {
    if (held.attempts >= this.#doors.consumers.maxAttempts(input.consumer))
      return this.#bury(input, held, again.failure);
    const firstFailedMs = held.first_failed_ms ?? input.nowMs;
    this.#table.putBack({ ...input, notBeforeMs: again.notBeforeMs, firstFailedMs });
    return 'settled';
  }

  #bury(input: SettleInput, held: Held, failure: Failure): 'dead' {
    const { seq, nowMs } = input;
    const { attempts, deaths, replay } = held;
    this.#table.drop(input);
    const circumstances = { seq, nowMs, attempts, deaths, replay, firstFailedAtMs: held.first_failed_ms ?? nowMs };
    const key = this.#table.signalId(seq) ?? String(seq);
    this.#doors.dead.bury({ ...failure, daemon: this.#nameOf(input.consumer), key }, circumstances);
    return 'dead';
  }

  #nameOf(consumer: number): string {
    return this.#doors.consumers.name(consumer);
  }

  /** To the second: once per signal would cost a page write each. */
  #noteHandled({ consumer, nowMs }: SettleInput): void {
    if (Math.abs(nowMs - (this.#handledAtMs.get(consumer) ?? 0)) < HANDLED_EVERY_MS) return;
    this.#handledAtMs.set(consumer, nowMs);
    this.#table.noteHandled(consumer, nowMs);
  }
}

function isSingle({ rows, deadLetters, state }: Done): boolean {
  return rows.length + deadLetters.length + state.length <= 1;
}
