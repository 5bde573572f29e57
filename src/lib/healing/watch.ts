import type { ConsumerStatus } from '../bus/bus.js';
import type { RuleEvent } from './rule-schema.js';
import type { Sighting } from './sighting.js';

/** One look at the daemons of a colony. */
export interface Measure {
  monotonicMs: number;
  /** Who holds work and does not beat for so long loses it; several times as long is more than a loaded machine. */
  leaseMs: number;
  consumers: readonly Pick<ConsumerStatus, 'name' | 'enabled' | 'paused' | 'lag' | 'waiting' | 'running'>[];
  /** Their processes. */
  processes: readonly { name: string; pid: number; beat: number; isStopped: boolean }[];
  /** Starts that nobody asked for, as their keeper counts them. */
  restarts: readonly { name: string; restarts: number | null }[];
}

interface Beat {
  name: string;
  beat: number;
  sinceMs: number;
  isStopped: boolean;
  isHolding: boolean;
}

/** A queue since it was last shorter than at the look before. */
interface Queue {
  least: number;
  now: number;
  sinceMs: number;
}

interface Restarts {
  count: number;
  seenMs: number[];
}

/** An event loop that is busy, or a machine that is loaded, may cost a daemon its lease, and not its life. */
const LEAST_LEASES = 3;

/** So many restarts are remembered of each daemon. */
const MOST_SEEN = 1_000;

/**
 * What the healer sees by itself, over several looks. It is not kept over a restart: what is so after it is seen again
 * in its time, and a healer that knows too little does too little.
 */
export class Watch {
  readonly #beats = new Map<number, Beat>();
  readonly #queues = new Map<string, Queue>();
  readonly #restarts = new Map<string, Restarts>();
  #nowMs = 0;
  #leaseMs = 0;

  /** The colony was held back: nothing that was so before counts. */
  beginAnew(): void {
    this.#beats.clear();
    this.#queues.clear();
  }

  /** Takes in how the daemons are now. */
  look(measure: Measure): void {
    [this.#nowMs, this.#leaseMs] = [measure.monotonicMs, measure.leaseMs];
    this.#takeBeats(measure);
    this.#takeQueues(measure);
    this.#takeRestarts(measure);
  }

  /** What of a rule's event is to be seen now. */
  sightings(when: RuleEvent): Sighting[] {
    if (when.event === 'watchdog') return this.#silent(when);
    if (when.event === 'restart_storm') return this.#storms(when);
    return when.event === 'lag_grows' ? this.#behind(when) : [];
  }

  /** A process that held nothing at either look need not have beaten in between; one that is stopped cannot. */
  #takeBeats({ processes, consumers, monotonicMs: nowMs }: Measure): void {
    const holding = new Set(consumers.flatMap(({ name, running }) => (running > 0 ? [name] : [])));
    const living = new Set(processes.map(({ pid }) => pid));
    for (const pid of this.#beats.keys()) if (!living.has(pid)) this.#beats.delete(pid);
    for (const { name, pid, beat, isStopped } of processes) {
      const before = this.#beats.get(pid);
      const isHolding = holding.has(name);
      const isSame = before?.beat === beat && before.isStopped === isStopped;
      const isSilent = isSame && (isStopped || (isHolding && before.isHolding));
      this.#beats.set(pid, { name, beat, isStopped, isHolding, sinceMs: isSilent ? before.sinceMs : nowMs });
    }
  }

  #takeQueues({ consumers, monotonicMs: nowMs }: Measure): void {
    for (const { name, enabled, paused, lag, waiting, running } of consumers) {
      const now = lag + waiting + running;
      const before = this.#queues.get(name);
      if (!enabled || paused) this.#queues.delete(name);
      else if (before === undefined || now < before.now) this.#queues.set(name, { least: now, now, sinceMs: nowMs });
      else this.#queues.set(name, { ...before, now });
    }
  }

  #takeRestarts({ restarts, monotonicMs: nowMs }: Measure): void {
    for (const { name, restarts: count } of restarts) {
      if (count === null) continue;
      const before = this.#restarts.get(name) ?? { count, seenMs: [] };
      const more = Array.from({ length: Math.min(MOST_SEEN, Math.max(0, count - before.count)) }, () => nowMs);
      this.#restarts.set(name, { count, seenMs: [...before.seenMs, ...more].slice(-MOST_SEEN) });
    }
  }

  /** All of a daemon's processes are silent: one that beats does the work of the others. */
  #silent(when: Extract<RuleEvent, { event: 'watchdog' }>): Sighting[] {
    const beats = [...this.#beats.values()];
    return [...new Set(beats.map(({ name }) => name))].filter(meantBy(when.daemon)).flatMap((name) => {
      const own = beats.filter((beat) => beat.name === name);
      const silentMs = Math.min(...own.map(({ sinceMs }) => this.#nowMs - sinceMs));
      const isStopped = own.every((beat) => beat.isStopped);
      const limitMs = Math.max(when.for, isStopped ? 0 : LEAST_LEASES * this.#leaseMs);
      if (silentMs < limitMs) return [];
      const what = isStopped ? 'is stopped' : 'holds work and does not beat';
      return [seen(when.event, name, { detail: `${name} ${what}`, threshold: secondsText(limitMs) })];
    });
  }

  #storms(when: Extract<RuleEvent, { event: 'restart_storm' }>): Sighting[] {
    return [...this.#restarts].flatMap(([name, { seenMs }]) => {
      const count = seenMs.filter((atMs) => this.#nowMs - atMs < when.within).length;
      if (count < when.restarts || !meantBy(when.daemon)(name)) return [];
      const threshold = `${when.restarts} in ${secondsText(when.within)}`;
      return [seen(when.event, name, { detail: `${name} was started again ${count} times`, threshold })];
    });
  }

  #behind(when: Extract<RuleEvent, { event: 'lag_grows' }>): Sighting[] {
    return [...this.#queues].flatMap(([name, { least, now, sinceMs }]) => {
      const isBehind = now > when.above && now > least && this.#nowMs - sinceMs >= when.for;
      if (!isBehind || !meantBy(when.daemon)(name)) return [];
      const detail = `${now} wait for ${name}, which were ${least}`;
      return [seen(when.event, name, { detail, threshold: `${when.above} for ${secondsText(when.for)}` })];
    });
  }
}

function meantBy(wanted: string): (name: string) => boolean {
  return (name) => wanted === '*' || wanted === name;
}

function seen(event: Sighting['event'], daemon: string, words: Pick<Sighting, 'detail' | 'threshold'>): Sighting {
  return { event, subject: daemon, daemon, ...words, signal: null, facts: {}, sought: null };
}

function secondsText(ms: number): string {
  return `${ms / 1000} s`;
}
