import { own } from '../base/own.js';
import type { Recorded } from '../bus/bus.js';
import { normaliseFacts } from '../signals/facts.js';
import type { Signal } from '../signals/envelope.js';
import type { Expectation } from './expectation.js';

/** A timeout that was said. */
export interface Told {
  timeoutId: string;
  atMs: number;
  /** Which of its two limits it crossed. */
  limit: 'queue' | 'work';
}

/** A completion that came. */
export interface Answer {
  id: string;
  atMs: number;
}

/** A trigger that has no completion yet. */
export interface OpenTrigger {
  seq: number;
  id: string;
  /** Value of the fact that joins it to its completion; null where it has none or the chain joins them. */
  key: string | null;
  trace: string;
  /** When the journal took it, by the clock of that time. */
  saidAtMs: number;
  /** Since when the work at it counts, where the journal can say so no more; null before that. */
  sinceMs: number | null;
  told: Told | null;
  /** Another trigger of the same key was answered after this one was said. */
  besides: Answer | null;
}

/** What is read of a signal; its own timestamp is its publisher's, and decides nothing. */
type Heard = Pick<Recorded, 'seq' | 'signal' | 'receivedAtMs'>;

/** A trigger, and the completion that ended its waiting. */
export interface Answered {
  trigger: OpenTrigger;
  answer: Answer;
}

/**
 * The triggers of one pair that wait for their completion. A trigger is open → answered, or open → told → answered
 * late. It is answered by a completion that it caused. One of which the cause is no trigger (a peer's, or the last
 * step of long work) answers all of its key that were said before it, or the oldest of its chain.
 */
export class OpenTriggers {
  readonly #expectation: Expectation;
  readonly #byId = new Map<string, OpenTrigger>();
  readonly #groups = new Map<string, Set<OpenTrigger>>();

  constructor(expectation: Expectation) {
    this.#expectation = expectation;
  }

  get size(): number {
    return this.#byId.size;
  }

  all(): IterableIterator<OpenTrigger> {
    return this.#byId.values();
  }

  /** Those that share the question of a trigger, itself included. */
  alike(trigger: OpenTrigger): OpenTrigger[] {
    return trigger.key === null ? [trigger] : [...this.#group(groupOf(trigger.key))];
  }

  /** A trigger was said; hearing it twice is hearing it once. */
  open({ seq, signal, receivedAtMs: saidAtMs }: Heard): OpenTrigger {
    const known = this.#byId.get(signal.id);
    if (known !== undefined) return known;
    const { id, trace } = signal;
    const joined = { key: keyOf(signal, this.#expectation.by), sinceMs: null, told: null, besides: null };
    return this.restore({ seq, id, trace, saidAtMs, ...joined });
  }

  /** Puts back what was open before. */
  restore(trigger: OpenTrigger): OpenTrigger {
    this.#byId.set(trigger.id, trigger);
    for (const group of groupsOf(trigger)) {
      const members = this.#groups.get(group) ?? new Set();
      this.#groups.set(group, members.add(trigger));
    }
    return trigger;
  }

  /**
   * A completion came: answers whose waiting it ended. `isOfTrigger` says that its cause is a trigger of this pair,
   * be it open or not: then it is the answer to that one, and of the others only to those that had timed out.
   */
  answer({ seq, signal, receivedAtMs }: Heard, isOfTrigger: boolean): Answered[] {
    const answer = { id: signal.id, atMs: receivedAtMs };
    const own = this.causeOf(signal);
    const others = this.#sameKeyBefore(signal, seq);
    if (own === undefined && !isOfTrigger) return this.#end(others ?? this.#oldestOfChain(signal, seq), answer);
    for (const other of others ?? []) other.besides = answer;
    const late = (others ?? []).filter((other) => other.told !== null && other !== own);
    return this.#end([...(own ? [own] : []), ...late], answer);
  }

  /** The open trigger that a completion names as its cause. */
  causeOf({ cause_id, facts }: Pick<Signal, 'cause_id' | 'facts'>): OpenTrigger | undefined {
    return this.#byId.get(cause_id ?? '') ?? this.#byId.get(textOf(facts['trigger_id']) ?? '');
  }

  /** That of an id waits no more. */
  closeId(id: string): void {
    const trigger = this.#byId.get(id);
    if (trigger !== undefined) this.close(trigger);
  }

  /** It waits no more. */
  close(trigger: OpenTrigger): OpenTrigger {
    this.#byId.delete(trigger.id);
    for (const group of groupsOf(trigger)) {
      const members = this.#groups.get(group);
      members?.delete(trigger);
      if (members?.size === 0) this.#groups.delete(group);
    }
    return trigger;
  }

  /** Undefined where nothing but the chain joins the two. */
  #sameKeyBefore(completion: Signal, seq: number): OpenTrigger[] | undefined {
    const key = keyOf(completion, this.#expectation.by);
    return key === null ? undefined : [...this.#group(groupOf(key))].filter((trigger) => trigger.seq < seq);
  }

  #oldestOfChain({ trace }: Signal, seq: number): OpenTrigger[] {
    return [...this.#group(chainOf(trace))].filter((trigger) => trigger.seq < seq).slice(0, 1);
  }

  #group(name: string): ReadonlySet<OpenTrigger> {
    return this.#groups.get(name) ?? new Set();
  }

  #end(triggers: readonly OpenTrigger[], answer: Answer): Answered[] {
    return triggers.map((trigger) => ({ trigger: this.close(trigger), answer }));
  }
}

const groupOf = (key: string) => `key ${key}`;
const chainOf = (trace: string) => `chain ${trace}`;

function groupsOf({ key, trace }: OpenTrigger): string[] {
  return key === null ? [chainOf(trace)] : [groupOf(key), chainOf(trace)];
}

function keyOf({ signal, facts }: Signal, by: string | null): string | null {
  return by === null ? null : (textOf(own(facts, by)) ?? textOf(own(normalised(signal, facts), by)) ?? null);
}

function normalised(name: string, facts: Signal['facts']): Signal['facts'] {
  try {
    return normaliseFacts(name, facts);
  } catch {
    return {}; // A dead letter of whoever handles it; here it only has no key.
  }
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
