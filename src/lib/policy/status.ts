import { isoTimestamp } from '../base/clock.js';
import { Memory } from './memory.js';
import type { Policies } from './policies.js';
import { rangeText } from './quiet-hours.js';

/** A rule, and where it stands, as `policy list` gives it to programs. */
export interface RuleStatus {
  name: string;
  origin: 'built-in' | 'file';
  enabled: boolean;
  purpose: string;
  hears: string;
  when: string;
  say: string;
  with: Record<string, unknown>;
  once: string | null;
  cooldown_ms: number;
  in_flight_limit: number;
  quiet_hours: string[];
  answer_within_ms: number;
  retries: { most: number; pause_ms: number; longest_ms: number };
  when_blocked: 'skip' | 'wait';
  /** ISO 8601; null where it never acted. */
  acted_at: string | null;
  last_decision: string | null;
  in_flight: number;
  waiting: number;
  failures: number;
}

/** Every rule in force with what the engine remembers of it. */
export function ruleStatuses({ rules }: Policies, state: Readonly<Record<string, unknown>>): RuleStatus[] {
  const memory = new Memory(state);
  return rules.map((rule) => {
    const { actedAtMs, decision, failures } = memory.rule(rule.name);
    const { name, origin, enabled, purpose, hears, when, say, retries, when_blocked } = rule;
    return {
      ...{ name, origin, enabled, purpose, hears, when, say, with: rule.with, once: rule.once ?? null },
      cooldown_ms: rule.cooldown,
      in_flight_limit: rule.in_flight,
      quiet_hours: rule.quiet_hours.map(rangeText),
      answer_within_ms: rule.answer_within,
      retries: { most: retries.most, pause_ms: retries.pause, longest_ms: retries.longest },
      when_blocked,
      acted_at: actedAtMs === null ? null : isoTimestamp(actedAtMs),
      last_decision: decision,
      in_flight: memory.flights().filter(([, flight]) => flight.rule === name).length,
      waiting: memory.waits().filter(([, wait]) => wait.rule === name).length,
      failures,
    };
  });
}
