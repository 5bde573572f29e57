import { z } from 'zod';
import { isoTimestamp } from '../base/clock.js';
import type { Facts, Signal } from '../signals/envelope.js';
import { shortHash } from './memory.js';

/** One question that a rule was asked, and its answer. */
const check = z.object({ check: z.string(), passed: z.boolean(), detail: z.string() });

/**
 * One decision, as it is a line of policy_decisions.jsonl.
 * `acted` said something, `nothing` decided not to, `waits` does it later, `noted` took note of an answer, `failed` could
 * not decide.
 */
export const decisionSchema = z.object({
  id: z.string(),
  at: z.string(),
  outcome: z.enum(['acted', 'nothing', 'waits', 'noted', 'failed']),
  reason: z.string(),
  /** Null where no rule hears the signal. */
  rule: z.string().nullable(),
  checks: z.array(check),
  signal: z.object({ id: z.string(), name: z.string(), source: z.string(), timestamp: z.string() }),
  facts: z.record(z.string(), z.unknown()),
  /** What was said. */
  said: z.object({ id: z.string(), signal: z.string(), facts: z.record(z.string(), z.unknown()) }).nullable(),
  /** When a wait is over, ISO 8601. */
  until: z.string().nullable(),
  /** What decided; a model may be one some day. */
  decided_by: z.string(),
  /** Version of the policies that were in force. */
  policies: z.string(),
});

/** A decision; see decisionSchema. */
export type Decision = z.output<typeof decisionSchema>;
/** One question that a rule was asked. */
export type Check = z.output<typeof check>;
/** What became of it. */
export type Outcome = Decision['outcome'];

/** The parts of a decision that differ. */
export interface DecisionParts {
  outcome: Outcome;
  reason: string;
  rule?: string | null;
  checks?: Check[];
  said?: Decision['said'];
  untilMs?: number | null;
}

/** What was decided on, and with what. */
export interface DecidedOn {
  signal: Signal;
  /** As they were read, in the document's fields. */
  facts: Facts;
  nowMs: number;
  policies: string;
}

/** Id of the decision of one rule on one signal: a rerun after a crash decides under the same. */
export function decisionId(signalId: string, subject: string): string {
  return shortHash(`${signalId}\n${subject}`).slice(0, 10);
}

/** A decision, complete. `subject` tells the decisions on one signal apart. */
export function decisionOf(on: DecidedOn, subject: string, parts: DecisionParts): Decision {
  const { id, signal: name, source, timestamp } = on.signal;
  const untilMs = parts.untilMs ?? null;
  return {
    id: decisionId(id, subject),
    at: isoTimestamp(on.nowMs),
    outcome: parts.outcome,
    reason: parts.reason,
    rule: parts.rule ?? null,
    checks: parts.checks ?? [],
    signal: { id, name, source, timestamp },
    facts: on.facts,
    said: parts.said ?? null,
    until: untilMs === null ? null : isoTimestamp(untilMs),
    decided_by: 'rules',
    policies: on.policies,
  };
}
