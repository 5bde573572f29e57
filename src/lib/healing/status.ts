import { isoTimestamp } from '../base/clock.js';
import { Memory } from './memory.js';
import type { RuleSource } from './rule-schema.js';
import type { Rules } from './rules.js';

/** A rule, and where it stands, as `healing list` gives it to programs. */
export interface RuleStatus {
  name: string;
  origin: 'built-in' | 'file';
  enabled: boolean;
  purpose: string;
  when: RuleSource['when'];
  do: RuleSource['do'];
  cooldown_ms: number;
  budget: number;
  helped: RuleSource['helped'];
  /** Repairs within the last hour. */
  repairs_last_hour: number;
  /** ISO 8601; null where it never acted, or so long ago that it does not matter. */
  repaired_at: string | null;
  /** Subjects of which a repair is under way. */
  under_way: { subject: string; repair: string; since: string }[];
  /** Subjects about which it stands still, and why. */
  still: { subject: string; since: string; reason: string }[];
}

/** Every rule in force with what the healer remembers of it. */
export function ruleStatuses({ rules }: Rules, state: Readonly<Record<string, unknown>>, nowMs: number): RuleStatus[] {
  const memory = new Memory(state);
  return rules.map((rule) => {
    const { cases } = memory.rule(rule.name);
    const lastMs = Math.max(...cases.map(([, { repairedMs }]) => repairedMs ?? -Infinity));
    const { name, origin, enabled, purpose, when, do: act, budget, helped } = rule;
    return {
      ...{ name, origin, enabled, purpose, when, do: act, budget, helped },
      cooldown_ms: rule.cooldown,
      repairs_last_hour: memory.repairsOf(name, nowMs),
      repaired_at: Number.isFinite(lastMs) ? isoTimestamp(lastMs) : null,
      under_way: cases.flatMap(([subject, { open }]) =>
        open === null ? [] : [{ subject, repair: open.repair, since: isoTimestamp(open.startedMs) }],
      ),
      still: cases.flatMap(([subject, { still }]) =>
        still === null ? [] : [{ subject, since: isoTimestamp(still.sinceMs), reason: still.reason }],
      ),
    };
  });
}
