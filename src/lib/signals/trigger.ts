import { z } from 'zod';
import { amount, count, priority, text } from './facts-fields.js';
import { defineSignal } from './facts-definition.js';
import { evidenceOf, priorityWordOf } from './foreign.js';

/** Triggers: what makes a worker work. */
export const trigger = {
  Q_DREAM_TRIGGER: defineSignal({
    name: 'Q_DREAM_TRIGGER',
    kind: 'trigger',
    meaning: 'Run a D-REAM cycle',
    emitters: ['kloros_policy_engine'],
    consumers: ['dream_consumer_daemon'],
    frequency: 'when a policy decides so, e.g. when promotions are detected',
    document: { reason: text, topic: z.string().nullable(), promotion_count: count },
    seen: { oldest_promotion_age_hours: amount.nullable() },
    essential: ['reason'],
    example: { reason: 'unacknowledged_promotions_detected', topic: null, promotion_count: 3 },
  }),

  Q_CURIOSITY_INVESTIGATE: defineSignal({
    name: 'Q_CURIOSITY_INVESTIGATE',
    kind: 'trigger',
    meaning: 'Investigate a question',
    emitters: ['intent_router', 'semantic_dedup_consumer_daemon', 'kloros_policy_engine'],
    consumers: ['investigation_consumer_daemon'],
    frequency: 'once for each intent file, and when answers contradict each other',
    document: { question: text, question_id: text, priority, evidence: z.array(z.string()) },
    seen: {
      hypothesis: z.string().nullable(),
      capability_key: z.string().nullable(),
      action_class: z.string().nullable(),
    },
    essential: ['question_id'],
    aliases: [
      { to: 'priority', from: 'priority', read: priorityWordOf },
      { to: 'evidence', from: 'evidence', read: evidenceOf },
    ],
    example: {
      question: 'What does the audio module do?',
      question_id: 'discover.module.audio',
      priority: 'normal',
      evidence: ['path:/home/kloros/src/audio', 'has_init:true'],
    },
  }),
};
