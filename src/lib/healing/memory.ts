import { z } from 'zod';
import type { StateChange } from '../bus/bus.js';
import type { Moment } from '../base/clock-step.js';
import { KeptState } from '../rules/kept-state.js';
import { STATE_PREFIX } from './rules-file.js';

/** A repair that was decided on and is not judged yet. */
const open = z.object({
  /** Id of its Q_REPAIR_STARTED. */
  repair: z.string(),
  trace: z.string(),
  startedMs: z.number(),
  /** Epoch milliseconds at which it was made; null while it is not. */
  madeMs: z.number().nullable(),
  judgeByMs: z.number(),
  /** Why it was not made. */
  failure: z.string().nullable(),
  /** The signal by which it is judged was said. */
  answered: z.boolean(),
});

/** A rule that did not help, and waits for the trouble to be over. */
const still = z.object({
  sinceMs: z.number(),
  /** Not before then does it go on by itself: a budget that is used up takes an hour to be there again. */
  leastMs: z.number(),
  reason: z.string(),
  version: z.string(),
});

/** What a rule knows of one subject. */
const caseSchema = z.object({
  /** Epoch milliseconds at which the trouble was last seen. */
  seenMs: z.number(),
  repairedMs: z.number().nullable(),
  /** Of the last repair. */
  repair: z.string().nullable(),
  trace: z.string().nullable(),
  sought: z.object({ signal: z.string(), by: z.string().nullable(), key: z.unknown(), trace: z.string() }).nullable(),
  open: open.nullable(),
  still: still.nullable(),
});

const ruleMemory = z.object({
  /** Epoch milliseconds of its repairs within the last hour. */
  repairsMs: z.array(z.number()),
  /** By subject. A list, since zod's record loses what is named `__proto__`. */
  cases: z.array(z.tuple([z.string(), caseSchema])),
});

const pause = z.object({
  daemon: z.string(),
  rule: z.string(),
  /** The repair that made it, and its chain. */
  repair: z.string(),
  trace: z.string(),
  sinceMs: z.number(),
  untilMs: z.number(),
  /** Id of the Q_REPAIR_STARTED that lifts it; null before its time. */
  lift: z.string().nullable(),
});

/** A repair that is not judged yet. */
export type OpenRepair = z.output<typeof open>;
/** What a rule knows of one subject. */
export type Case = z.output<typeof caseSchema>;
/** What a rule did and knows. */
export type RuleMemory = z.output<typeof ruleMemory>;
/** A pause by a rule. */
export type HealerPause = z.output<typeof pause>;

/** A subject of which nothing is known yet. */
const NEW_CASE: Case = {
  ...{ seenMs: 0, repairedMs: null, repair: null, trace: null },
  ...{ sought: null, open: null, still: null },
};

/** A budget is counted over this time. */
export const HOUR_MS = 3_600_000;

const RULE = `${STATE_PREFIX}rule:`;
const PAUSE = `${STATE_PREFIX}pause:`;
const POSITION = `${STATE_PREFIX}position`;
const REPAIRS = `${STATE_PREFIX}repairs`;
const CLOCK = `${STATE_PREFIX}clock`;

/**
 * What the healer remembers, in the monitor's state, each written in the transaction of what was said with it:
 * `healing:rule:<name>`      its repairs of the last hour and its cases
 * `healing:repairs`          repairs of all rules in the last hour, also of rules that are gone
 * `healing:pause:<daemon>`   a pause that a rule made, until it is lifted
 * `healing:clock`            where the clocks of the machine stood
 * `healing:position`         up to where the journal was read
 */
export class Memory {
  readonly #state: KeptState;

  constructor(state: Readonly<Record<string, unknown>>) {
    this.#state = new KeptState(state);
  }

  /** A clock that was set takes along what is remembered. */
  follow(now: Moment): void {
    this.#state.follow(CLOCK, now, [RULE, PAUSE, REPAIRS]);
  }

  rule(name: string): RuleMemory {
    return this.#state.get(RULE + name, ruleMemory) ?? { repairsMs: [], cases: [] };
  }

  /** Whether a rule stands still, also one that is gone. */
  get standsStill(): boolean {
    return this.#state.all(RULE, ruleMemory).some(([, { cases }]) => cases.some(([, { still }]) => still !== null));
  }

  case(rule: string, subject: string): Case {
    return new Map(this.rule(rule).cases).get(subject) ?? NEW_CASE;
  }

  /** Null forgets it. */
  setCase(rule: string, subject: string, value: Case | null): void {
    const memory = this.rule(rule);
    const others = memory.cases.filter(([name]) => name !== subject);
    this.#state.set(RULE + rule, { ...memory, cases: value === null ? others : [...others, [subject, value]] });
  }

  /** Counts a repair against both budgets. */
  count(rule: string, nowMs: number): void {
    const memory = this.rule(rule);
    this.#state.set(RULE + rule, { ...memory, repairsMs: [...lately(memory.repairsMs, nowMs), nowMs] });
    this.#state.set(REPAIRS, [...lately(this.#repairsMs(), nowMs), nowMs]);
  }

  /** Repairs of a rule within the last hour. */
  repairsOf(rule: string, nowMs: number): number {
    return lately(this.rule(rule).repairsMs, nowMs).length;
  }

  /** Repairs of all rules within the last hour. */
  repairs(nowMs: number): number {
    return lately(this.#repairsMs(), nowMs).length;
  }

  pauses(): HealerPause[] {
    return this.#state.all(PAUSE, pause).map(([, value]) => value);
  }

  setPause(daemon: string, value: HealerPause | null): void {
    this.#state.set(PAUSE + daemon, value);
  }

  /** Up to where the journal was read; undefined before the first look. */
  get position(): number | undefined {
    return this.#state.get(POSITION, z.number());
  }

  set position(seq: number | undefined) {
    if (seq !== this.position) this.#state.set(POSITION, seq ?? null);
  }

  /** What has to be written. */
  changes(): StateChange[] {
    return this.#state.changes();
  }

  #repairsMs(): number[] {
    return this.#state.get(REPAIRS, z.array(z.number())) ?? [];
  }
}

/** A time that lies ahead, after a step of the clock, counts as well. */
function lately(timesMs: readonly number[], nowMs: number): number[] {
  return timesMs.filter((atMs) => nowMs - atMs < HOUR_MS);
}
