import { KlorosError, toError } from '../base/errors.js';
import type { DeadLetterDraft, StateChange } from '../bus/bus.js';
import type { Draft, Facts, Signal } from '../signals/envelope.js';
import { decisionId, decisionOf, type Check, type DecidedOn, type Decision } from './decision.js';
import { ADVISORY_GATES, isTemporary, passGates, valuesOf, type Gate, type GateInput } from './gates.js';
import type { Moment } from '../base/clock-step.js';
import { Memory, waitId } from './memory.js';
import type { Policies } from './policies.js';
import type { Rule } from './rule.js';
import type { Entrance } from '../signals/origin.js';

/** A signal to decide on. */
export interface DecideInput {
  signal: Signal;
  /** By which door it came in. */
  from: Entrance;
  /** Its facts as they were read. */
  facts: Facts;
  policies: Policies;
  state: Readonly<Record<string, unknown>>;
  nowMs: number;
  /** Both clocks; without them what is remembered is taken as it is. */
  moment?: Moment;
  /** Id of the signal that will be said at this position. */
  idOf: (position: number) => string;
}

/** What is said, remembered and recorded, all in one go. */
export interface Decided {
  signals: Draft[];
  deadLetters: Omit<DeadLetterDraft, 'daemon'>[];
  state: StateChange[];
  decisions: Decision[];
}

/** Answers of what was said, which have no further answer themselves. */
const TRACKED: ReadonlySet<string> = new Set(['Q_DREAM_TRIGGER']);
/** More of one rule are not kept waiting. */
const MOST_WAITING = 20;

/** One signal being decided on; the parts of this room add to it. */
export class Deciding {
  readonly input: DecideInput;
  readonly memory: Memory;
  readonly #on: DecidedOn;
  readonly #decided: Omit<Decided, 'state'> = { signals: [], deadLetters: [], decisions: [] };

  constructor(input: DecideInput) {
    this.input = input;
    this.memory = new Memory(input.state);
    if (input.moment !== undefined) this.memory.follow(input.moment);
    const { signal, facts, nowMs, policies } = input;
    this.#on = { signal, facts, nowMs, policies: policies.version };
  }

  /** Whether nothing is on record yet. */
  get isSilent(): boolean {
    return this.#decided.decisions.length === 0;
  }

  /** Puts a decision on record. */
  record(subject: string, parts: Parameters<typeof decisionOf>[2]): void {
    this.#decided.decisions.push(decisionOf(this.#on, subject, parts));
  }

  /** Says a signal, and answers the id that it will have. */
  say(draft: Draft): string {
    this.#decided.signals.push(draft);
    return this.input.idOf(this.#decided.signals.length - 1);
  }

  /** A rule that cannot say what it wants is a dead letter: mend the rule, then replay it. */
  fail(rule: Rule, error: unknown, checks: Check[]): void {
    const { signal } = this.input;
    const why = error instanceof KlorosError && error.why !== undefined ? `: ${error.why}` : '';
    const reason = `its facts cannot be made: ${toError(error).message.split('\n')[0] ?? ''}${why}`;
    this.record(rule.name, { outcome: 'failed', reason, rule: rule.name, checks });
    this.#decided.deadLetters.push({
      signal,
      error: `PolicyRuleFailed: rule ${rule.name}: ${reason}`,
      traceback: `Mend rule ${rule.name} in policies.yaml, see it with kloros policy test, then replay this.`,
      key: `policy:${rule.name}:${signal.id}`,
    });
  }

  end(): Decided {
    return { ...this.#decided, state: this.memory.changes() };
  }
}

/** Asks each rule that hears the signal on its own, in the order of the list; answers how many there were. */
export function askRules(deciding: Deciding): number {
  const { policies, signal } = deciding.input;
  const rules = policies.rules.filter(({ hears }) => hears === signal.signal);
  for (const rule of rules) askRule(deciding, rule);
  return rules.length;
}

function askRule(deciding: Deciding, rule: Rule): void {
  const { signal, from, facts, nowMs, policies } = deciding.input;
  const base = { rule, memory: deciding.memory, nowMs, timeZone: policies.timeZone, signal, from, facts };
  const gateInput: GateInput = { ...base, caseKey: caseKeyOf({ ...base, caseKey: '' }) };
  const { checks, closed } = passGates(ADVISORY_GATES, gateInput);
  const parts = { rule: rule.name, checks };
  if (closed?.isBounded === true) deciding.memory.setRule(rule.name, { boundedAtMs: nowMs });
  if (closed && !(rule.when_blocked === 'wait' && isTemporary(closed.check)))
    return deciding.record(rule.name, { ...parts, outcome: 'nothing', reason: closed.detail });
  try {
    const saidFacts = rule.factsOf(valuesOf(gateInput));
    const act = { rule, checks, caseKey: gateInput.caseKey, facts: saidFacts, attempt: 1 };
    if (closed) wait(deciding, act, closed);
    else actNow(deciding, act);
  } catch (error) {
    deciding.fail(rule, error, checks);
  }
}

/** What a rule wants to say. */
export interface Act {
  rule: Rule;
  checks: Check[];
  caseKey: string;
  facts: Facts;
  /** 1 is the first, 2 the first retry. */
  attempt: number;
}

/** Says it, and remembers that an answer is due. */
export function actNow(deciding: Deciding, { rule, checks, caseKey, facts, attempt }: Act): void {
  const { signal, nowMs } = deciding.input;
  const { memory } = deciding;
  const id = deciding.say({ signal: rule.say, facts });
  const decision = decisionId(signal.id, rule.name);
  memory.setRule(rule.name, { actedAtMs: nowMs, caseKey: rule.caseOf === undefined ? null : caseKey, decision });
  memory.setWait(waitId(rule.name, caseKey), null);
  if (TRACKED.has(rule.say)) {
    const answerByMs = nowMs + rule.answer_within;
    const flight = { rule: rule.name, signal: rule.say, atMs: nowMs, answerByMs, attempt, caseKey, facts };
    memory.setFlight(id, { ...flight, trace: signal.trace, decision, overdue: false });
  }
  const which = attempt === 1 ? '' : `, attempt ${attempt}`;
  const reason = `${rule.purpose === '' ? `rule ${rule.name} holds` : rule.purpose}${which}`;
  const said = { id, signal: rule.say, facts };
  deciding.record(rule.name, { rule: rule.name, checks, said, outcome: 'acted', reason });
}

/** Keeps it until the closed gate may be open; only so many of one rule. */
export function wait(deciding: Deciding, { rule, checks, caseKey, facts, attempt }: Act, closed: Gate): void {
  const { memory } = deciding;
  const { signal, nowMs } = deciding.input;
  const parts = { rule: rule.name, checks };
  const id = waitId(rule.name, caseKey);
  const others = memory.waits().filter(([other, { rule: of }]) => of === rule.name && other !== id);
  if (others.length >= MOST_WAITING) {
    const reason = `${closed.detail}; ${others.length} others wait already, which is the most`;
    return deciding.record(rule.name, { ...parts, outcome: 'nothing', reason });
  }
  const dueMs = Math.max(closed.untilMs ?? 0, nowMs + 1);
  const decision = decisionId(signal.id, rule.name);
  memory.setWait(id, { rule: rule.name, why: 'blocked', dueMs, attempt, caseKey, facts, decision });
  deciding.record(rule.name, { ...parts, outcome: 'waits', reason: `${closed.detail}; it waits`, untilMs: dueMs });
}

/** What makes this case this case; without `once` it is the signal. */
function caseKeyOf(input: GateInput): string {
  if (input.rule.caseOf === undefined) return input.signal.id;
  try {
    return JSON.stringify(input.rule.caseOf(valuesOf(input)));
  } catch {
    return input.signal.id; // What cannot be told apart counts as new; in_flight and cooldown still bound it.
  }
}
