import type { Draft, Signal } from '../signals/envelope.js';
import type { Acceptance, Entrance } from '../signals/origin.js';
import type { Attendant, BegunWork, ConsumerStatus, Outage, Pause, Standing } from './standing.js';

/** Where a consumer that is new starts reading. */
export type StartFrom = 'now' | 'beginning';

/** What a consumer hears and how its failures are treated; registered with the engine when it opens. */
export interface ConsumerSpec {
  /** Name of the daemon; instances of one daemon share it. */
  name: string;
  /** Exact signal names. */
  hears: readonly string[];
  /** From whom it takes a name, where that is not `act`: what is refused it never sees, and nobody waits for it. */
  accepts?: Readonly<Record<string, Acceptance>>;
  from: StartFrom;
  /** Attempts before a signal is a dead letter. */
  maxAttempts: number;
  /** A signal in backoff blocks those behind it. */
  ordered: boolean;
  /** More urgent signals (facts.priority) go first among those pending. */
  urgentFirst: boolean;
}

/** One claimed signal. The token fences the settlement and, where a daemon wants it, outside effects. */
export interface Delivery {
  consumer: string;
  /** Position in the engine's order; opaque outside the engine. */
  seq: number;
  signal: Signal;
  /** When the journal took it, epoch milliseconds. */
  receivedAtMs: number;
  /** By which door it came in. */
  from: Entrance;
  /** The least entrance of all that led to it. */
  chain: Entrance;
  /** 1 on the first attempt; counted and committed before the handler runs. */
  attempt: number;
  /** Times the process died while holding it. */
  deaths: number;
  /** 0 until an operator replays it; part of the derived ids of what its handler says. */
  replay: number;
  /** Grows with every claim. */
  token: number;
}

/** A failure as the dead letter queue keeps it. */
export interface Failure {
  /** `Name: message` in the document's words. */
  error: string;
  /** Stack or issues, bounded. */
  traceback: string;
}

/** A dead letter that a daemon decides by itself, e.g. an intent that nothing routes. */
export interface DeadLetterDraft extends Failure {
  /** Daemon that could not handle it. */
  daemon: string;
  /** The whole signal, where there is one. */
  signal?: Signal;
  /** The whole foreign content, where there is no signal: an intent file, raw frames. */
  intentFile?: string;
  /** Who wrote that file, where it was another user. */
  intentUid?: number;
  content?: string;
  /** Recording it twice under one key is one dead letter. */
  key: string;
}

/** A dead letter as the engine keeps it. */
export interface DeadLetter extends DeadLetterDraft {
  /** Grows by one per dead letter. */
  number: number;
  /** Epoch milliseconds. */
  firstFailedAtMs: number;
  lastFailedAtMs: number;
  attempts: number;
  deaths: number;
  replay: number;
}

/** A value that a daemon keeps between signals; null removes it. Written in the same transaction (D2). */
export interface StateChange {
  key: string;
  value: unknown;
}

/** What a handler or source says in one transaction. */
export interface Said {
  signals?: Draft[];
  deadLetters?: Omit<DeadLetterDraft, 'daemon'>[];
  state?: StateChange[];
  /** Where a source speaks for the writer of a file that is not this user's. */
  from?: Entrance;
}

/** How one attempt ended. */
export type Outcome =
  | { kind: 'done'; said: { signals: Signal[]; deadLetters: DeadLetterDraft[]; state: StateChange[] } }
  /** Tried again after delayMs; dead when attempts are used up. */
  | { kind: 'retry'; failure: Failure; delayMs: number }
  | { kind: 'dead'; failure: Failure }
  /** The attempt is given back: an orderly stop, a breaker or maintenance. It comes again after delayMs, if any. */
  | { kind: 'release' }
  | { kind: 'release'; delayMs: number };

/** What became of a consumer's open work when it was forgotten. */
export interface Forgotten {
  /** Signals that it had begun with and not ended; each is a dead letter now. */
  deadLetters: number;
}

/** What became of a settlement. `fenced`: the lease was lost; `conflict`: a derived id exists with other content. */
export type Settled = 'settled' | 'dead' | 'fenced' | 'conflict';

/** One daemon's door to the signals. */
export interface Consumer {
  /** At most n deliveries, in order; empty when there is nothing to do. Never waits. */
  claim(n: number): Promise<Delivery[]>;
  settle(delivery: Delivery, outcome: Outcome): Promise<Settled>;
  /** Resolves when there may be something to claim, after timeoutMs, or on abort. */
  wait(timeoutMs: number, signal?: AbortSignal): Promise<void>;
  /** Lets operators see that what this instance stands on fails, or (null) works again. */
  report(outage: Outage | null): Promise<void>;
  /** Gives back what was claimed and not settled, and leaves. */
  close(): Promise<void>;
}

/** A page of the past. */
export interface BrowseQuery {
  /** Exclusive; from the engine's beginning when absent. */
  afterSeq?: number;
  sinceMs?: number;
  untilMs?: number;
  /** Exact names. */
  signals?: readonly string[];
  /** Only what somebody who takes it from there would see; all where it is absent. */
  accepts?: Acceptance;
  trace?: string;
  /** At most 500. */
  limit?: number;
}

/** A journalled signal with its position. */
export interface Recorded {
  seq: number;
  signal: Signal;
  /** The second wire frame, byte for byte. */
  frame: Buffer;
  /** When the journal took it, epoch milliseconds: the time that measures and paces. The signal's own is its publisher's. */
  receivedAtMs: number;
  from: Entrance;
  /** The least entrance of all that led to it. */
  chain: Entrance;
}

/** What a consumer, or a door, did not take: counted, with one sample, and never a dead letter. */
export interface Refusal {
  /** Empty where a door refused it, before any consumer. */
  consumer: string;
  signal: string;
  from: Entrance;
  /** `authority`, or what a door has against it. */
  reason: string;
  count: number;
  /** Epoch milliseconds. */
  firstMs: number;
  lastMs: number;
  /** Id of the first one's signal, or what a door kept of it. */
  sample: string | null;
}

/**
 * The engine's interface (D3). It promises: at least once; unique ids; per consumer an order of first attempts.
 * It does not promise: one global order, comparable cursors, exact pending counts, deduplication for ever,
 * or that the wire delivered.
 */
export interface Bus {
  /** Durable when it resolves. The same id twice with the same content is one signal; with other content it throws ID_CONFLICT. */
  /** `from` is the operator where it is not given. */
  emit(signals: readonly Signal[], from?: Entrance): Promise<void>;
  /** What a source says, in one transaction; `from` is the colony where it is not given. */
  commit(
    said: { signals: Signal[]; deadLetters: DeadLetterDraft[]; state: StateChange[]; from?: Entrance },
    daemon: string,
  ): Promise<void>;
  consumer(spec: ConsumerSpec): Promise<Consumer>;
  consumers(): Promise<ConsumerStatus[]>;
  /**
   * Gives up the place of a consumer that is gone for good, so that nothing is kept for it any more. What it had open
   * becomes dead letters. Throws CONSUMER_NOT_FOUND, and CONSUMER_RUNS while a process of it lives.
   */
  forget(consumer: string): Promise<Forgotten>;
  /** Live processes, also of daemons that are no consumers, where the engine knows them. */
  attendants(): Promise<Attendant[]>;
  /**
   * Stops the consumption of some daemons or of all (null), or lets them go on; survives restarts. From when it resolves
   * nobody who is paused claims anything. A signal `governance.kill` does the same in the moment in which it is durable.
   */
  setPaused(daemons: readonly string[] | null, pause: Pause | null): Promise<void>;
  /**
   * Gives back what processes of a daemon hold that are gone, stopped, or did not beat for the time of a lease; answers
   * how many signals that were. Whoever it was taken from settles nothing any more.
   */
  clearLeases(daemon: string): Promise<number>;
  /** What was not taken from where it came, the latest first. */
  refusals(): Promise<Refusal[]>;
  /** Also of daemons that are no consumers, since a source pauses too. */
  pauseOf(daemon: string): Promise<Pause | undefined>;
  /** Oldest first, at most 500. */
  browse(query: BrowseQuery): Promise<Recorded[]>;
  find(id: string): Promise<Recorded | undefined>;
  /** What a daemon keeps; where a prefix is given, only under keys that begin so. */
  state(daemon: string, prefix?: string): Promise<Record<string, unknown>>;
  /** Dead letters after a number, at most 500. */
  deadLetters(afterNumber: number): Promise<DeadLetter[]>;
  /** Opens a dead letter's signal again for the daemon that failed. */
  reopen(deadLetterNumber: number): Promise<void>;
  /** Ends a dead letter without handling its signal again; false where it is not open any more. */
  resolve(deadLetterNumber: number): Promise<boolean>;
  standing(daemon: string, signalId: string): Promise<Standing>;
  /** What a daemon has begun with and not ended, after a position, in order, at most 500. */
  begun(daemon: string, afterSeq: number): Promise<BegunWork[]>;
  /** Position of the newest signal, 0 in an empty journal; follow() from it hears what is said from now on. */
  newest(): Promise<number>;
  /** Every signal after afterSeq, without a gap, for ever; ends on abort. The wire only wakes it. */
  follow(query: FollowQuery, abort: AbortSignal): AsyncIterable<Recorded>;
  close(): Promise<void>;
}

/** The reading half of the bus. */
export type JournalView = Pick<Bus, 'browse' | 'find' | 'newest' | 'consumers' | 'standing' | 'begun'>;

/** Where to start following, and what to hear. */
export interface FollowQuery {
  afterSeq: number;
  /** Exact names; all when absent. */
  signals?: readonly string[];
}

export type { Draft, Signal };
export type { Attendant, BegunWork, ConsumerStatus, Outage, Pause, Standing };
