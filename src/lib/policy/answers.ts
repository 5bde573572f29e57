import { isoTimestamp } from '../base/clock.js';
import type { Facts, Signal } from '../signals/envelope.js';
import { say } from '../signals/facts.js';
import type { Deciding } from './decide.js';
import { waitId, type Flight } from './memory.js';
import type { Rule } from './rule.js';

/** Takes note of an answer to what was said: it frees its place, and a failed one is tried again later, or alerts. */
export function noteAnswer(deciding: Deciding): void {
  const { signal, facts } = deciding.input;
  const found = flightOf(deciding, signal, facts);
  if (found === undefined) {
    const reason = 'it answers nothing that is in flight here';
    return deciding.record('answer', { outcome: 'noted', reason });
  }
  if (signal.signal === 'Q_DREAM_TIMEOUT') return noteOverdue(deciding, ...found);
  if (isFailure(facts)) return noteFailure(deciding, found, failureText(facts));
  const [id, flight] = found;
  land(deciding, id, flight);
  deciding.memory.setRule(flight.rule, { failures: 0 });
  deciding.record('answer', { outcome: 'noted', rule: flight.rule, reason: `${flight.signal} ${id} went well` });
}

/** A flight whose answer did not come in time counts as failed. */
export function noteLost(deciding: Deciding, id: string, flight: Flight): void {
  noteFailure(deciding, [id, flight], `no answer since ${isoTimestamp(flight.atMs)}`);
}

/**
 * A retry, each after a pause twice as long; when they are used up, an alert and then nothing more for this case.
 * The rule as it is now says how often: an operator who forbids retries is obeyed at once.
 */
function noteFailure(deciding: Deciding, [id, flight]: [string, Flight], why: string): void {
  const { memory, input } = deciding;
  const rule = input.policies.rules.find(({ name }) => name === flight.rule);
  land(deciding, id, flight);
  const failures = memory.rule(flight.rule).failures + 1;
  memory.setRule(flight.rule, { failures });
  const failed = `${flight.signal} ${id} failed in attempt ${flight.attempt}: ${why}`;
  if (rule === undefined || !rule.enabled || flight.attempt > rule.retries.most)
    return giveUp(deciding, flight, { failed, rule });
  const dueMs = input.nowMs + pauseMs(rule, flight.attempt);
  const retry = { rule: flight.rule, why: 'retry' as const, dueMs, attempt: flight.attempt + 1 };
  memory.setWait(waitId(flight.rule, flight.caseKey), {
    ...retry,
    ...{ caseKey: flight.caseKey, facts: flight.facts, decision: flight.decision },
  });
  const reason = `${failed}; attempt ${retry.attempt} of ${rule.retries.most + 1} comes later`;
  deciding.record('answer', { outcome: 'waits', rule: flight.rule, reason, untilMs: dueMs });
}

function giveUp(
  deciding: Deciding,
  flight: Flight,
  { failed, rule }: { failed: string; rule: Rule | undefined },
): void {
  const most = rule?.retries.most ?? 0;
  const alert = say('Q_HEALTH_ALERT', {
    alert_type: 'policy_retries_exhausted',
    severity: 'critical',
    metric_value: `${flight.attempt} failed attempts of ${flight.rule}`,
    threshold: `${most + 1} attempts`,
    recommended_action: 'review_policy_decisions',
  });
  const id = deciding.say(alert);
  const reason = `${failed}; that was the last attempt, nothing more is done for this case`;
  const said = { id, signal: alert.signal, facts: alert.facts };
  deciding.record('answer', { outcome: 'acted', rule: flight.rule, reason, said });
}

/** The trigger is in the journal still, so it will be answered when its consumer is back: no second one beside it. */
function noteOverdue(deciding: Deciding, id: string, flight: Flight): void {
  deciding.memory.setFlight(id, { ...flight, overdue: true });
  const reason = `${flight.signal} ${id} is overdue; it stays in flight until it is answered, or counts as failed`;
  deciding.record('answer', { outcome: 'noted', rule: flight.rule, reason, untilMs: flight.answerByMs });
}

/** Frees the place; what waited for it is due at once. */
function land({ memory, input }: Deciding, id: string, flight: Flight): void {
  memory.setFlight(id, null);
  for (const [waiting, wait] of memory.waits()) {
    if (wait.why === 'blocked' && rulesSaying(input.policies.rules, flight.signal).has(wait.rule))
      memory.setWait(waiting, { ...wait, dueMs: Math.min(wait.dueMs, input.nowMs) });
  }
}

function rulesSaying(rules: readonly Rule[], signal: string): Set<string> {
  return new Set(rules.filter(({ say: said }) => said === signal).map(({ name }) => name));
}

/** By the id that it names or was caused by, by its chain, and else the oldest: existing peers name none of these. */
function flightOf({ memory }: Deciding, answer: Signal, facts: Facts): [string, Flight] | undefined {
  const flights = memory.flights().filter(([, { signal }]) => signal === 'Q_DREAM_TRIGGER');
  const named = [facts['trigger_id'], answer.cause_id];
  const byId = flights.find(([id]) => named.includes(id));
  const byTrace = flights.find(([, { trace }]) => trace === answer.trace);
  const isRoot = answer.cause_id === null && typeof facts['trigger_id'] !== 'string';
  return byId ?? byTrace ?? (isRoot ? flights[0] : undefined);
}

/** Existing peers may say their exit code only. */
function isFailure(facts: Facts): boolean {
  if (typeof facts['success'] === 'boolean') return !facts['success'];
  return typeof facts['exit_code'] === 'number' && facts['exit_code'] !== 0;
}

function failureText(facts: Facts): string {
  const words = [facts['error_type'], facts['error_message'], facts['failure_reason'], facts['reason']];
  const said = words.filter((word) => typeof word === 'string').join(': ');
  return said === '' ? `cycle ${String(facts['cycle_id'])} was no success` : said;
}

function pauseMs({ retries }: Rule, attempt: number): number {
  return Math.min(retries.longest, retries.pause * 2 ** (attempt - 1));
}
