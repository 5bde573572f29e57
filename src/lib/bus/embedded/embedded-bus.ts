import type { Clock } from '../../base/clock.js';
import { closeAll } from '../../base/close-all.js';
import type { Signal } from '../../signals/envelope.js';
import { COLONY, OPERATOR, RELAY, type Entrance } from '../../signals/origin.js';
import { INTENT_CAUSE } from '../../signals/subject.js';
import type {
  Attendant,
  BegunWork,
  BrowseQuery,
  Bus,
  Consumer,
  ConsumerSpec,
  ConsumerStatus,
  DeadLetter,
  FollowQuery,
  Forgotten,
  Pause,
  Recorded,
  Refusal,
  Standing,
} from '../bus.js';
import { clearLeases } from './clear-leases.js';
import { EmbeddedConsumer } from './embedded-consumer.js';
import type { Journal } from './journal.js';
import { livingAt } from './living.js';
import { deadLettersOf, recordedOf, rowOf } from './rows.js';
import { WakeUp } from '../../base/wake-up.js';
import type { WireGuard } from './wire-guard.js';
import type { Publisher, Waker } from './wire.js';

/** What the embedded engine is made of. */
export interface EmbeddedParts {
  journal: Journal;
  publisher: Publisher;
  /** Watches what peers do to a port of its own. */
  guard?: WireGuard | undefined;
  /** Where the journal's notifier does not work. */
  waker?: Waker | undefined;
  clock: Clock;
  leaseMs: number;
  pollMs: number;
  /** This process among the owners. */
  owner: number;
  /** Whether direct subscribers hear this process on a port of its own, and so need every message. */
  ownPort: boolean;
}

/** The bus on the journal and the wire (D1, D4). */
export class EmbeddedBus implements Bus {
  readonly #parts: EmbeddedParts;
  readonly #wakeups = new Set<WakeUp>();
  readonly #consumers = new Set<Consumer>();
  #latest: { name: string; frame: Buffer } | undefined;

  constructor(parts: EmbeddedParts) {
    this.#parts = parts;
  }

  /** The wire said that something was said. */
  wake(): void {
    for (const wakeup of this.#wakeups) wakeup.call();
  }

  async emit(signals: readonly Signal[], from: Entrance = OPERATOR): Promise<void> {
    // What is emitted again keeps its own time, which may be anybody's; the journal has when it took it.
    const taken = from.origin === RELAY.origin ? { atMs: this.#parts.clock.nowMs() } : {};
    const rows = signals.map((signal) => ({ ...rowOf(signal, from), ...taken }));
    await this.#parts.journal.write({ kind: 'append', rows });
    this.#tell(rows);
  }

  async commit(said: Parameters<Bus['commit']>[0], daemon: string): Promise<void> {
    const { deadLetters, state, from = COLONY } = said;
    const rows = said.signals.map((signal) => rowOf(signal, from, this.#chainOf(signal)));
    await this.#parts.journal.write({
      kind: 'say',
      daemon,
      rows,
      deadLetters,
      state,
      nowMs: this.#parts.clock.nowMs(),
    });
    this.#tell(rows);
  }

  async consumer(spec: ConsumerSpec): Promise<Consumer> {
    const { journal, clock, leaseMs, pollMs, owner, waker } = this.#parts;
    const id = journal.consumers.register(spec);
    const wakeup = this.#addWakeup();
    waker?.subscribe(spec.hears);
    const said = (rows: readonly { name: string; frame: Buffer }[]) => this.#tell(rows);
    const consumer = new EmbeddedConsumer({
      journal,
      id,
      name: spec.name,
      owner,
      clock,
      leaseMs,
      pollMs,
      wakeup,
      said,
    });
    this.#consumers.add(consumer);
    await consumer.takeOverLost();
    return consumer;
  }

  async consumers(): Promise<ConsumerStatus[]> {
    const living = await this.attendants();
    return this.#parts.journal.read.consumers().map(({ id: _id, fetched: _fetched, lowest: _lowest, ...status }) => ({
      ...status,
      pids: living.filter(({ name }) => name === status.name).map(({ pid }) => pid),
    }));
  }

  async forget(consumer: string): Promise<Forgotten> {
    return this.#parts.journal.write({ kind: 'forget', consumer, nowMs: this.#parts.clock.nowMs() });
  }

  async attendants(): Promise<Attendant[]> {
    const { journal } = this.#parts;
    const living = journal.owners.all().filter(livingAt(journal.path));
    return living.map(({ id: _id, role: _role, ...attendant }) => attendant);
  }

  async setPaused(daemons: readonly string[] | null, pause: Pause | null): Promise<void> {
    await this.#parts.journal.write({ kind: 'pause', daemons, pause });
    this.wake();
  }

  async clearLeases(daemon: string): Promise<number> {
    const { journal, leaseMs, clock } = this.#parts;
    const cleared = await clearLeases({ journal, daemon, leaseMs, clock });
    if (cleared > 0) this.#tell([]);
    return cleared;
  }

  async refusals(): Promise<Refusal[]> {
    return this.#parts.journal.refusals();
  }

  async pauseOf(daemon: string): Promise<Pause | undefined> {
    return this.#parts.journal.pauses.of(daemon);
  }

  async newest(): Promise<number> {
    return this.#parts.journal.read.newest();
  }

  async browse(query: BrowseQuery): Promise<Recorded[]> {
    return this.#parts.journal.read.page(query).map(recordedOf);
  }

  async find(id: string): Promise<Recorded | undefined> {
    const row = this.#parts.journal.read.find(id);
    return row && recordedOf(row);
  }

  async state(daemon: string, prefix?: string): Promise<Record<string, unknown>> {
    return this.#parts.journal.state.of(daemon, prefix);
  }

  async deadLetters(afterNumber: number): Promise<DeadLetter[]> {
    return deadLettersOf(this.#parts.journal, afterNumber);
  }

  async reopen(deadLetterNumber: number): Promise<void> {
    await this.#parts.journal.write({ kind: 'reopen', number: deadLetterNumber });
    this.#tell([]);
  }

  async resolve(deadLetterNumber: number): Promise<boolean> {
    return (await this.#parts.journal.write({ kind: 'resolve', number: deadLetterNumber })) > 0;
  }

  async standing(daemon: string, signalId: string): Promise<Standing> {
    return this.#parts.journal.read.standing(daemon, signalId);
  }

  async begun(daemon: string, afterSeq: number): Promise<BegunWork[]> {
    return this.#parts.journal.read.begun(daemon, afterSeq);
  }

  async *follow(query: FollowQuery, abort: AbortSignal): AsyncGenerator<Recorded> {
    const wakeup = this.#addWakeup();
    this.#parts.waker?.subscribe(query.signals ?? ['']);
    let afterSeq = query.afterSeq;
    try {
      while (!abort.aborted) {
        const page = await this.browse({ ...query, afterSeq });
        if (page.length === 0) await wakeup.rest(this.#parts.pollMs, abort);
        for (const recorded of page) {
          yield recorded;
          afterSeq = recorded.seq;
        }
      }
    } finally {
      this.#wakeups.delete(wakeup);
    }
  }

  async close(): Promise<void> {
    const { journal, publisher, guard, waker, owner } = this.#parts;
    await closeAll([
      () => Promise.all([...this.#consumers].map((consumer) => consumer.close())),
      () => journal.write({ kind: 'leave', owner }).catch(() => undefined), // Who is gone is seen to be gone.
      () => waker?.close(),
      () => publisher.close(),
      () => guard?.close(),
      () => journal.close(),
    ]);
  }

  /** What a source says of a signal belongs to its chain; most name none, or a file. */
  #chainOf({ cause_id: cause }: Signal): Entrance | undefined {
    return cause === null || cause.startsWith(INTENT_CAUSE) ? undefined : this.#parts.journal.read.find(cause)?.chain;
  }

  /** Direct subscribers of an own port hear every message; the hub needs one to wake up, whatever was said in a turn. */
  #tell(rows: readonly { name: string; frame: Buffer }[]): void {
    this.wake();
    if (this.#parts.ownPort) void this.#parts.publisher.send(rows);
    else if (this.#latest === undefined) setImmediate(() => this.#tellLatest());
    this.#latest = rows.at(-1);
  }

  #tellLatest(): void {
    if (this.#latest) void this.#parts.publisher.send([this.#latest]);
    this.#latest = undefined;
  }

  #addWakeup(): WakeUp {
    const wakeup = new WakeUp();
    this.#wakeups.add(wakeup);
    return wakeup;
  }
}
