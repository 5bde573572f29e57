import type { Clock } from '../base/clock.js';
import { TimeSlice } from '../base/time-slice.js';
import type { JournalView, Recorded, StateChange } from '../bus/bus.js';
import type { Signal } from '../signals/envelope.js';
import { isAccepted } from '../signals/origin.js';
import type { Expectation } from './expectation.js';
import { Memory, type Overran } from './memory.js';
import { OpenTriggers, type Answered, type OpenTrigger, type Told } from './open-triggers.js';

/** What a watch over one pair reads. */
export interface PairWatchOptions {
  expectation: Expectation;
  journal: JournalView;
  clock: Clock;
  /** How long it is remembered that something was late. */
  keepMs: number;
  /** What was kept by whoever watched before. */
  state: Readonly<Record<string, unknown>>;
}

const PAGE = 500;
const SLICE_MS = 20;

/**
 * Follows one pair through the journal: which triggers wait for their completion, and which completions came late.
 * The journal is read once, by the two names, from a position that is kept; what waits is held in memory, and is read
 * again after a restart from the oldest that waits. So a look costs what was said since the last one.
 * Changes of what has to be kept gather until they are taken, to be written with what is said.
 */
export class PairWatch {
  readonly expectation: Expectation;
  readonly open: OpenTriggers;
  readonly #options: PairWatchOptions;
  readonly #memory: Memory;
  readonly #overran = new Map<string, Overran>();
  readonly #settled: Map<string, number>;
  #changes: StateChange[] = [];
  #late: Answered[] = [];
  #read: number | undefined;
  #kept: number | undefined;

  constructor(options: PairWatchOptions) {
    this.#options = options;
    this.expectation = options.expectation;
    this.open = new OpenTriggers(options.expectation);
    this.#memory = new Memory(options.expectation);
    const { position, overran, settled } = this.#memory.read(options.state);
    for (const one of overran) this.#restore(one);
    this.#settled = settled;
    this.#read = position ?? undefined;
    this.#kept = this.#read;
  }

  /** Those that were late, answered or not. */
  overran(): Overran[] {
    return [...this.#overran.values()];
  }

  /** Reads what was said since the last time. */
  async catchUp(): Promise<void> {
    const { journal, clock } = this.#options;
    const slice = new TimeSlice(clock, SLICE_MS);
    const newest = await journal.newest();
    for (let page = await this.#page(); page.length > 0; page = await this.#page()) {
      for (const recorded of page) await this.#hear(recorded);
      this.#read = page.at(-1)?.seq;
      await slice.breathe();
    }
    this.#read ??= newest;
  }

  /** A timeout is said of a trigger. */
  tell(trigger: OpenTrigger, told: Told): void {
    trigger.told = told;
    this.#keepOverran({ trigger: { ...trigger, told }, answer: null });
    this.#unsettle(trigger.id);
  }

  /** Since when a trigger is settled without an answer; null: it is not. */
  settle(trigger: OpenTrigger, sinceMs: number | null): void {
    trigger.sinceMs = sinceMs;
    if (sinceMs === null) return this.#unsettle(trigger.id);
    if (this.#settled.has(trigger.id)) return;
    this.#settled.set(trigger.id, sinceMs);
    this.#changes.push(this.#memory.settled(trigger.id, sinceMs));
  }

  /** The wall clock was set by so much: what was noted here of its time is moved along. */
  follow(stepMs: number): void {
    for (const trigger of this.open.all()) if (trigger.sinceMs !== null) trigger.sinceMs += stepMs;
    for (const [id, sinceMs] of this.#settled) {
      this.#settled.set(id, sinceMs + stepMs);
      this.#changes.push(this.#memory.settled(id, sinceMs + stepMs));
    }
    for (const { trigger, answer } of this.#overran.values()) {
      const told = { ...trigger.told, atMs: trigger.told.atMs + stepMs };
      this.#keepOverran({ trigger: { ...trigger, told }, answer });
    }
  }

  /** There is nothing left to wait for. */
  close(trigger: OpenTrigger): void {
    this.open.close(trigger);
    this.#unsettle(trigger.id);
  }

  /** What has to be kept since this was last asked, and what was answered late. */
  take(nowMs: number): { state: StateChange[]; late: Answered[] } {
    this.#expire(nowMs);
    this.#keepPosition();
    const [state, late] = [this.#changes, this.#late];
    this.#changes = [];
    this.#late = [];
    return { state, late };
  }

  #restore(overran: Overran): void {
    this.#overran.set(overran.trigger.id, overran);
    if (overran.answer === null) this.open.restore(overran.trigger);
  }

  /** Everything before the oldest that waits is dealt with. */
  #keepPosition(): void {
    const waiting = [...this.open.all()].find(({ told }) => told === null);
    const position = waiting === undefined ? this.#read : waiting.seq - 1;
    if (position === undefined || position === this.#kept) return;
    this.#kept = position;
    this.#changes.push(this.#memory.position(position));
  }

  #expire(nowMs: number): void {
    for (const { trigger } of this.#overran.values()) {
      if (nowMs - trigger.told.atMs <= this.#options.keepMs) continue;
      this.#overran.delete(trigger.id);
      this.open.closeId(trigger.id);
      this.#changes.push(this.#memory.forget(trigger.id));
    }
  }

  #keepOverran(overran: Overran): void {
    this.#overran.set(overran.trigger.id, overran);
    this.#changes.push(this.#memory.overran(overran));
  }

  #unsettle(id: string): void {
    if (this.#settled.delete(id)) this.#changes.push(this.#memory.settled(id, null));
  }

  /** At its first look it goes back as far as something could still be in time: older silence is no news. */
  async #page(): Promise<Recorded[]> {
    const { journal, clock, expectation } = this.#options;
    const { after, until, waitingMs } = expectation;
    const firstMs = Math.max(0, clock.nowMs() - 2 * waitingMs);
    const from = this.#read === undefined ? { sinceMs: firstMs } : { afterSeq: this.#read };
    return journal.browse({ signals: [after, until], limit: PAGE, ...from });
  }

  async #hear(recorded: Recorded): Promise<void> {
    const { signal } = recorded;
    if (signal.signal === this.expectation.until) return this.#hearCompletion(recorded);
    if (this.#overran.has(signal.id)) return;
    const trigger = this.open.open(recorded);
    trigger.sinceMs ??= this.#settled.get(signal.id) ?? null;
  }

  async #hearCompletion(recorded: Recorded): Promise<void> {
    // Who may only ask completes nothing.
    if (this.open.size === 0 || !isAccepted('act', recorded.from)) return;
    for (const answered of this.open.answer(recorded, await this.#isOfTrigger(recorded.signal))) {
      const { trigger, answer } = answered;
      this.#unsettle(trigger.id);
      if (trigger.told === null) continue;
      this.#late.push(answered);
      this.#keepOverran({ trigger: { ...trigger, told: trigger.told }, answer });
    }
  }

  async #isOfTrigger(completion: Signal): Promise<boolean> {
    if (completion.cause_id === null) return false;
    if (this.open.causeOf(completion) !== undefined) return true;
    const cause = await this.#options.journal.find(completion.cause_id);
    return cause?.signal.signal === this.expectation.after;
  }
}
