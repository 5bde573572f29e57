import type { RuleInput } from './rule-schema.js';

/**
 * The policies of a colony that has no policies.yaml; a rule of the same name there changes these.
 * One set of unacknowledged promotions leads to one cycle, however often the monitor speaks of it.
 */
export const BUILT_IN_RULES: readonly RuleInput[] = [
  {
    name: 'promotions_start_a_cycle',
    purpose: 'Unacknowledged promotions are a reason to evolve: one cycle for each set of them',
    hears: 'Q_PROMOTIONS_DETECTED',
    when: 'facts.unacknowledged_count > 0',
    say: 'Q_DREAM_TRIGGER',
    with: {
      reason: 'unacknowledged_promotions_detected',
      topic: null,
      promotion_count: '=facts.unacknowledged_count',
      oldest_promotion_age_hours: '=facts.oldest_promotion_age_hours',
    },
    // A peer's advisory may lack the set, or the names; what it has tells one set from another well enough.
    once:
      'has(facts.promotion_set) && facts.promotion_set != null ? dyn(facts.promotion_set)' +
      ' : has(facts.promotion_files) ? dyn(facts.promotion_files) : dyn(facts.unacknowledged_count)',
    cooldown: '1m',
  },
  {
    name: 'requests_start_a_cycle',
    purpose: 'Somebody asked for a cycle with a trigger_dream intent; it waits while another one runs',
    hears: 'Q_DREAM_REQUESTED',
    say: 'Q_DREAM_TRIGGER',
    with: { reason: '=facts.reason', topic: '=facts.topic', promotion_count: 0 },
    when_blocked: 'wait',
  },
];
