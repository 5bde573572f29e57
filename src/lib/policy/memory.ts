import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StateChange } from '../bus/bus.js';
import type { Moment } from '../base/clock-step.js';
import { KeptState } from '../rules/kept-state.js';

const facts = z.record(z.string(), z.unknown());

/** What a rule did last. */
const ruleMemory = z.object({
  /** Epoch milliseconds at which it last said something. */
  actedAtMs: z.number().nullable(),
  /** The case it last acted on, where it has `once`. */
  caseKey: z.string().nullable(),
  /** The decision that acted. */
  decision: z.string().nullable(),
  /** Failed answers since the last that went well. */
  failures: z.number(),
  /** Epoch milliseconds at which its condition last took too many steps, and so was not decided. */
  boundedAtMs: z.number().nullable().default(null),
});

/** Something that was said and has no answer yet. */
const flight = z.object({
  rule: z.string(),
  signal: z.string(),
  atMs: z.number(),
  /** Epoch milliseconds at which it counts as failed. */
  answerByMs: z.number(),
  /** 1 is the first, 2 the first retry. */
  attempt: z.number(),
  caseKey: z.string(),
  facts,
  trace: z.string(),
  decision: z.string(),
  /** The monitor has missed its answer. */
  overdue: z.boolean(),
});

/** Something that is said later: a retry, or what was blocked and waits. */
const wait = z.object({
  rule: z.string(),
  why: z.enum(['retry', 'blocked']),
  dueMs: z.number(),
  attempt: z.number(),
  caseKey: z.string(),
  facts,
  decision: z.string(),
});

/** What a rule did last. */
export type RuleMemory = z.output<typeof ruleMemory>;
/** Something that was said and has no answer yet. */
export type Flight = z.output<typeof flight>;
/** Something that is said later. */
export type Wait = z.output<typeof wait>;

const NEVER: RuleMemory = { actedAtMs: null, caseKey: null, decision: null, failures: 0, boundedAtMs: null };

/** The daemon that decides, and keeps this. */
export const ENGINE = 'kloros_policy_engine';

/**
 * What the engine remembers between signals. It is read from the daemon's state, changed while one signal is decided,
 * and what changed is written in the transaction of that decision.
 */
export class Memory {
  readonly #state: KeptState;

  constructor(state: Readonly<Record<string, unknown>>) {
    this.#state = new KeptState(state);
  }

  /** A clock that was set takes along what is remembered; answers by how much, in milliseconds. */
  follow(now: Moment): number {
    return this.#state.follow('clock', now, ['rule:', 'flight:', 'wait:']);
  }

  /** What a rule did last. */
  rule(name: string): RuleMemory {
    return this.#state.get(`rule:${name}`, ruleMemory) ?? NEVER;
  }

  /** Every rule that did something, or could not decide. */
  rules(): [name: string, memory: RuleMemory][] {
    return this.#state.all('rule:', ruleMemory);
  }

  setRule(name: string, change: Partial<RuleMemory>): void {
    this.#state.set(`rule:${name}`, { ...this.rule(name), ...change });
  }

  /** What has no answer yet, by the id of the signal that was said, the oldest first. */
  flights(): [id: string, flight: Flight][] {
    return this.#state.all('flight:', flight).sort(([, left], [, right]) => left.atMs - right.atMs);
  }

  setFlight(id: string, value: Flight | null): void {
    this.#state.set(`flight:${id}`, value);
  }

  /** What is said later, the soonest first. */
  waits(): [id: string, wait: Wait][] {
    return this.#state.all('wait:', wait).sort(([, left], [, right]) => left.dueMs - right.dueMs);
  }

  setWait(id: string, value: Wait | null): void {
    this.#state.set(`wait:${id}`, value);
  }

  /** What has to be written. */
  changes(): StateChange[] {
    return this.#state.changes();
  }
}

/** Under which name a case of a rule waits: one of a kind waits once. */
export function waitId(rule: string, caseKey: string): string {
  return shortHash(`${rule}\n${caseKey}`);
}

/** Sixteen hex digits of a text. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
