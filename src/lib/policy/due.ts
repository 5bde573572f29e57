import { isoTimestamp } from '../base/clock.js';
import type { Draft, Facts } from '../signals/envelope.js';
import { say } from '../signals/facts.js';
import { noteLost } from './answers.js';
import { actNow, Deciding, wait } from './decide.js';
import { passGates, WAITING_GATES } from './gates.js';
import { momentSchema, type Moment } from '../base/clock-step.js';
import { Memory, type Wait } from './memory.js';

/** Says that something is due; the same moment is the same signal, however often it is said. */
export type DueSignal = Draft & Required<Pick<Draft, 'derivedFrom'>>;

/**
 * Time is a signal too. A wait that is over and a flight without an answer become Q_POLICY_DUE, which the engine hears
 * itself; so one handler decides everything, one signal after the other, and a crash in between repeats nothing.
 */
export function dueSignals(state: Readonly<Record<string, unknown>>, moment: Moment): DueSignal[] {
  const nowMs = moment.wallMs;
  const stepMs = new Memory(state).follow(moment);
  if (stepMs !== 0) return [clockWasSet(state)];
  return soonest(new Memory(state))
    .filter(({ dueMs }) => dueMs <= nowMs)
    .map(({ id, dueMs, subject }) => ({
      ...say('Q_POLICY_DUE', { subject, key: id, due_at: isoTimestamp(dueMs) }),
      derivedFrom: { atMs: dueMs, key: `policy-due:${subject}:${id}:${dueMs}` },
    }));
}

/** Whoever decides takes the step out of what is remembered; until then nothing is known to be due. */
function clockWasSet(state: Readonly<Record<string, unknown>>): DueSignal {
  const { wallMs: atMs, uptimeMs } = momentSchema.parse(state['clock']);
  const key = `clock:${uptimeMs}`;
  const facts = { subject: 'wait' as const, key, due_at: isoTimestamp(atMs) };
  return { ...say('Q_POLICY_DUE', facts), derivedFrom: { atMs, key: `policy-due:${key}:${atMs}` } };
}

/** All that will be due, the soonest first. */
function soonest(memory: Memory): { id: string; dueMs: number; subject: 'wait' | 'flight' }[] {
  const waits = memory.waits().map(([id, { dueMs }]) => ({ id, dueMs, subject: 'wait' as const }));
  const flights = memory
    .flights()
    .map(([id, { answerByMs }]) => ({ id, dueMs: answerByMs, subject: 'flight' as const }));
  return [...waits, ...flights].sort((left, right) => left.dueMs - right.dueMs);
}

/** Epoch milliseconds at which the next wait is over, or a flight without an answer; none where nothing waits or flies. */
export function nextDueMs(state: Readonly<Record<string, unknown>>, moment: Moment): number | undefined {
  const memory = new Memory(state);
  memory.follow(moment);
  return soonest(memory).at(0)?.dueMs;
}

/** Decides what is due; what was settled meanwhile is left alone. */
export function decideDue(deciding: Deciding): void {
  const { facts } = deciding.input;
  const id = String(facts['key']);
  if (facts['subject'] === 'flight') {
    const flight = deciding.memory.flights().find(([flying]) => flying === id)?.[1];
    return flight && isDue(facts, flight.answerByMs) ? noteLost(deciding, id, flight) : nothingDue(deciding);
  }
  const waiting = deciding.memory.waits().find(([other]) => other === id)?.[1];
  if (waiting && isDue(facts, waiting.dueMs)) askAgain(deciding, id, waiting);
  else nothingDue(deciding);
}

/** Its own moment, and not one that was put off since. */
function isDue(facts: Facts, dueMs: number): boolean {
  return facts['due_at'] === isoTimestamp(dueMs);
}

function nothingDue(deciding: Deciding): void {
  deciding.record('due', { outcome: 'nothing', reason: 'what was due has been settled or put off since' });
}

function askAgain(deciding: Deciding, id: string, waiting: Wait): void {
  const { memory, input } = deciding;
  const rule = input.policies.rules.find(({ name }) => name === waiting.rule);
  memory.setWait(id, null);
  if (rule === undefined) {
    const reason = `the rule ${waiting.rule} is gone, and with it what it wanted to say`;
    return deciding.record(waiting.rule, { outcome: 'nothing', rule: waiting.rule, reason });
  }
  const { signal, from, facts, nowMs, policies } = input;
  const { caseKey, attempt } = waiting;
  const gateInput = { rule, memory, nowMs, timeZone: policies.timeZone, signal, from, facts, caseKey };
  const { checks, closed } = passGates(WAITING_GATES, gateInput);
  const act = { rule, checks, caseKey, facts: waiting.facts, attempt };
  if (!closed) return actNow(deciding, act);
  if (closed.check !== 'enabled') return wait(deciding, act, closed);
  deciding.record(rule.name, { outcome: 'nothing', rule: rule.name, checks, reason: closed.detail });
}
