import type { Moment } from '../base/clock-step.js';
import type { Clock } from '../base/clock.js';
import type { JournalView, StateChange } from '../bus/bus.js';
import type { Draft } from '../signals/envelope.js';
import type { Expectation } from './expectation.js';
import type { JournalTime } from './journal-time.js';
import { clockOf, isOver, isOverdue } from './judge.js';
import type { Answered, OpenTrigger } from './open-triggers.js';
import type { PairWatch } from './pair-watch.js';
import { hearersOf, Places, type Place } from './place.js';
import { timeoutDrafts, timeoutIdOf, type Overdue } from './say.js';

/** What a look has to say and to keep, in one transaction. */
export interface Look {
  signals: Draft[];
  state: StateChange[];
  /** Completions that came after their timeout. */
  late: (Answered & { expectation: Expectation })[];
}

/** What it looks with. */
export interface TimeoutWatchOptions {
  pairs: readonly PairWatch[];
  journal: JournalView;
  clock: Clock;
  times: JournalTime;
  /** Both clocks of the machine. */
  moment: () => Moment;
}

/** The time of a first attempt as it was noted, and by how much the clock had been set when it was first seen. */
interface Attempted {
  notedMs: number;
  totalMs: number;
}

/** Looked up one by one in a look; the rest has its turn in the next ones. */
const LOOKED_UP = 2_000;
/** Told in a look: a flood is told of in portions. */
const TOLD = 500;

/** Finds triggers whose completion is overdue, says so once for each question, and notices completions that come late. */
export class TimeoutWatch {
  readonly #options: TimeoutWatchOptions;
  readonly #turns = new WeakMap<OpenTrigger, number>();
  readonly #anewAtMs = new Map<PairWatch, number>();
  readonly #attempts = new WeakMap<OpenTrigger, Attempted>();
  #unsaid: Draft[] = [];
  #turn = 0;

  constructor(options: TimeoutWatchOptions) {
    this.#options = options;
  }

  /** All clocks begin anew: the colony was held back, and nothing that waited meanwhile is late. */
  beginAnew(): void {
    for (const pair of this.#options.pairs) this.#anewAtMs.set(pair, this.#options.clock.nowMs());
  }

  /** Looks at all pairs. What a look that failed had found comes with the next one. */
  async look(): Promise<Look> {
    const nowMs = await this.#now();
    this.#turn += 1;
    for (const pair of this.#options.pairs) await this.#lookAt(pair, nowMs);
    const look: Look = { signals: this.#unsaid, state: this.#options.times.take(), late: [] };
    this.#unsaid = [];
    for (const pair of this.#options.pairs) {
      const { state, late } = pair.take(nowMs);
      look.state.push(...state);
      look.late.push(...late.map((one) => ({ ...one, expectation: pair.expectation })));
    }
    return look;
  }

  async #lookAt(pair: PairWatch, nowMs: number): Promise<void> {
    await pair.catchUp();
    if (pair.open.size === 0) return;
    const { journal } = this.#options;
    const hearers = hearersOf(pair.expectation, await journal.consumers());
    // While an operator holds the work back nothing is late, and what waited meanwhile gets its time afterwards.
    if (hearers.length > 0 && hearers.every(({ paused }) => paused)) return void this.#anewAtMs.set(pair, nowMs);
    const places = await Places.read(journal, hearers);
    const overdue: Overdue[] = [];
    for (const trigger of this.#inTurn(pair, places)) {
      const place = await places.of(trigger);
      const clock = this.#clock(pair, { trigger, place }, nowMs);
      if (isOver(trigger, place)) pair.close(trigger);
      else if (isOverdue(clock, nowMs, this.#anewAtMs.get(pair) ?? 0)) overdue.push({ trigger, place, clock });
    }
    this.#tell(pair, overdue, nowMs);
  }

  /** All whose place is known, and of the others those that have waited longest for their turn. */
  #inTurn(pair: PairWatch, places: Places): OpenTrigger[] {
    const waiting = [...pair.open.all()].filter(({ told }) => told === null);
    const known = waiting.filter((trigger) => places.known(trigger) !== undefined);
    const turnOf = (trigger: OpenTrigger) => this.#turns.get(trigger) ?? 0;
    const others = waiting
      .filter((trigger) => places.known(trigger) === undefined)
      .sort((left, right) => turnOf(left) - turnOf(right))
      .slice(0, LOOKED_UP);
    for (const trigger of others) this.#turns.set(trigger, this.#turn);
    return [...known, ...others].sort((left, right) => left.seq - right.seq);
  }

  /** The journal forgets an attempt when the work is settled; what was seen of it is kept here, or in the state. */
  #clock(pair: PairWatch, { trigger, place }: { trigger: OpenTrigger; place: Place }, nowMs: number) {
    const { times } = this.#options;
    const clock = clockOf(trigger, this.#inTime(trigger, place), { expectation: pair.expectation, times, nowMs });
    if (place.kind === 'handled' || place.kind === 'dead') pair.settle(trigger, clock.sinceMs);
    else {
      pair.settle(trigger, null);
      if (place.kind !== 'queued') trigger.sinceMs = clock.sinceMs;
    }
    return clock;
  }

  /** One timeout for a question, however often it was asked: the others of its key join it. */
  #tell(pair: PairWatch, overdue: readonly Overdue[], nowMs: number): void {
    const first: Overdue[] = [];
    for (const one of overdue.slice(0, TOLD)) {
      const { trigger, clock } = one;
      const earlier = pair.open.alike(trigger).find(({ told }) => told !== null)?.told;
      const timeoutId = earlier?.timeoutId ?? timeoutIdOf(pair.expectation, trigger);
      if (earlier == null) first.push(one);
      pair.tell(trigger, { timeoutId, atMs: nowMs, limit: clock.limit });
    }
    this.#unsaid.push(...timeoutDrafts(pair.expectation, first));
  }

  /** The time of an attempt by the clock of now: it was noted by that of when it was first seen. */
  #inTime(trigger: OpenTrigger, place: Place): Place {
    if (!('firstAttemptAtMs' in place)) return place;
    const [{ firstAttemptAtMs: notedMs }, { totalMs }] = [place, this.#options.times];
    const known = this.#attempts.get(trigger);
    const seen = known?.notedMs === notedMs ? known : { notedMs, totalMs };
    this.#attempts.set(trigger, seen);
    return { ...place, firstAttemptAtMs: notedMs + totalMs - seen.totalMs };
  }

  /** After a step of the wall clock every wait has left what it had. */
  async #now(): Promise<number> {
    const { times, moment, journal, pairs } = this.#options;
    const now = moment();
    const stepMs = times.look(now, await journal.newest());
    if (stepMs === 0) return now.wallMs;
    for (const pair of pairs) pair.follow(stepMs);
    for (const [pair, anewAtMs] of this.#anewAtMs) this.#anewAtMs.set(pair, anewAtMs + stepMs);
    return now.wallMs;
  }
}
