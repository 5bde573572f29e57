import { every } from '../../base/timers.js';
import { COLONY } from '../../signals/origin.js';
import type { Clock } from '../../base/clock.js';
import { ownIdentity } from '../../base/process-identity.js';
import type { Consumer, Delivery, Outage, Outcome, Settled } from '../bus.js';
import type { Journal } from './journal.js';
import { livingAt } from './living.js';
import type { Claimed, SettleOutcome } from './operations.js';
import { rowOf, signalOf } from './rows.js';
import type { WakeUp } from '../../base/wake-up.js';

/** What a consumer needs of its bus. */
export interface ConsumerOptions {
  journal: Journal;
  /** Number of this consumer in the journal. */
  id: number;
  name: string;
  /** Number of this process among the owners. */
  owner: number;
  clock: Clock;
  leaseMs: number;
  /** Time between two looks for lost owners. */
  pollMs: number;
  wakeup: WakeUp;
  /** Called when signals were said, so that the wire tells others. */
  said: (rows: readonly { name: string; frame: Buffer }[]) => void;
}

/** New signals that a consumer with urgency fetches per claim, to choose the most urgent among them. */
const INGEST = 500;
const BEATS_PER_LEASE = 3;

/**
 * A daemon's door to the journal.
 *
 * A lease belongs to a process (boot id, pid, start time). It is taken over when that process is gone, or when its
 * heartbeat counter stood still for leaseMs on this process's monotonic clock; wall time decides nothing (D3).
 */
export class EmbeddedConsumer implements Consumer {
  readonly #options: ConsumerOptions;
  readonly #inFlight = new Map<number, Delivery>();
  readonly #beats = new Map<number, { beat: number; sinceMs: number }>();
  #heartbeat: NodeJS.Timeout | undefined;
  #claiming: Promise<Delivery[]> | undefined;
  #lookedMs = -Infinity;

  constructor(options: ConsumerOptions) {
    this.#options = options;
  }

  async claim(n: number): Promise<Delivery[]> {
    const { journal, id } = this.#options;
    if (this.#claiming !== undefined || !journal.read.hasWork(id)) return [];
    const claiming = this.#claim(n);
    this.#claiming = claiming;
    try {
      return await claiming;
    } finally {
      this.#claiming = undefined;
    }
  }

  async #claim(n: number): Promise<Delivery[]> {
    const { journal, id: consumer, owner, clock } = this.#options;
    const inFlight = this.#inFlight.size;
    const nowMs = clock.nowMs();
    const claimed = await journal.write({ kind: 'claim', consumer, owner, limit: n, inFlight, nowMs, ingest: INGEST });
    const deliveries = claimed.map((row) => this.#deliveryOf(row));
    for (const delivery of deliveries) this.#inFlight.set(delivery.token, delivery);
    this.#beat();
    return deliveries;
  }

  async settle(delivery: Delivery, outcome: Outcome): Promise<Settled> {
    const { journal, id: consumer, clock } = this.#options;
    const { seq, token } = delivery;
    const plain = plainOutcome(outcome, delivery, clock.nowMs());
    const settled = await journal.write({ kind: 'settle', consumer, seq, token, outcome: plain, nowMs: clock.nowMs() });
    this.#inFlight.delete(token);
    this.#beat();
    if (settled === 'settled' && plain.kind === 'done' && plain.rows.length > 0) this.#options.said(plain.rows);
    return settled;
  }

  async wait(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    await this.#options.wakeup.rest(timeoutMs, signal);
    if (this.#options.clock.monotonicMs() - this.#lookedMs >= this.#options.pollMs) await this.takeOverLost();
  }

  async report(outage: Outage | null): Promise<void> {
    const { journal, name } = this.#options;
    await journal.write({ kind: 'report', consumer: name, identity: ownIdentity(), outage });
  }

  async close(): Promise<void> {
    // What a claim that is on its way brings is given back too, or its attempts would count as deaths.
    await this.#claiming?.catch(() => undefined);
    const open = [...this.#inFlight.values()];
    await Promise.all(open.map((delivery) => this.settle(delivery, { kind: 'release' })));
    clearInterval(this.#heartbeat);
  }

  #deliveryOf(row: Claimed): Delivery {
    const { seq, attempt, deaths, replay, token, from, chain } = row;
    const consumer = this.#options.name;
    const signal = signalOf(row);
    return { consumer, seq, signal, receivedAtMs: row.atMs, from, chain, attempt, deaths, replay, token };
  }

  /** A process that holds nothing needs no heartbeat: an idle colony writes nothing. */
  #beat(): void {
    const { journal, owner, leaseMs } = this.#options;
    if (this.#inFlight.size === 0) {
      clearInterval(this.#heartbeat);
      this.#heartbeat = undefined;
      return;
    }
    // A missed beat is made up by the next; a journal that cannot be written is told by the settlement.
    this.#heartbeat ??= every(
      leaseMs / BEATS_PER_LEASE,
      () => void journal.write({ kind: 'beat', owner }).catch(() => undefined),
    );
  }

  /** Makes work of lost owners claimable again, as suspects. */
  async takeOverLost(): Promise<void> {
    const { journal, id: consumer, owner, clock } = this.#options;
    this.#lookedMs = clock.monotonicMs();
    const others = journal.read.holders(consumer).filter((holder) => holder !== owner);
    if (others.length === 0) return;
    const lost = others.filter((holder) => this.#isLost(holder));
    if (lost.length > 0) await journal.write({ kind: 'takeOver', consumer, owners: lost });
  }

  #isLost(holder: number): boolean {
    const { journal, clock, leaseMs } = this.#options;
    const known = journal.owners.all().find(({ id }) => id === holder);
    if (known === undefined || !livingAt(journal.path)(known)) return true;
    const seen = this.#beats.get(holder);
    if (seen?.beat !== known.beat) {
      this.#beats.set(holder, { beat: known.beat, sinceMs: clock.monotonicMs() });
      return false;
    }
    return clock.monotonicMs() - seen.sinceMs > leaseMs;
  }
}

function plainOutcome(outcome: Outcome, { chain }: Delivery, nowMs: number): SettleOutcome {
  if (outcome.kind === 'done') {
    const { signals, deadLetters, state } = outcome.said;
    return { kind: 'done', rows: signals.map((signal) => rowOf(signal, COLONY, chain)), deadLetters, state };
  }
  if (outcome.kind === 'retry')
    return { kind: 'retry', failure: outcome.failure, notBeforeMs: nowMs + outcome.delayMs };
  if (outcome.kind === 'release')
    return { kind: 'release', notBeforeMs: 'delayMs' in outcome ? nowMs + outcome.delayMs : 0 };
  return outcome;
}
