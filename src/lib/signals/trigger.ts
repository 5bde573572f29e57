import { z } from 'zod';
import { amount, count, priority, text } from './facts-fields.js';
import { defineSignal } from './facts-definition.js';
import { evidenceOf, priorityWordOf } from './foreign.js';

const candidate = z.object({
  id: text,
  params: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});

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

  Q_DREAM_STEP: defineSignal({
    name: 'Q_DREAM_STEP',
    kind: 'trigger',
    meaning: 'Do the next step of a D-REAM cycle, or end one whose time is over',
    emitters: ['dream_consumer_daemon'],
    consumers: ['dream_consumer_daemon'],
    frequency: 'once for each generation of a cycle',
    document: { cycle_id: text, step: count, action: z.enum(['continue', 'expire']) },
    seen: {},
    essential: ['cycle_id', 'action'],
    example: { cycle_id: 'dream_20251115_103000', step: 3, action: 'continue' },
  }),

  Q_TOURNAMENT_TRIGGER: defineSignal({
    name: 'Q_TOURNAMENT_TRIGGER',
    kind: 'trigger',
    meaning: 'Play a tournament between the best candidates of a search, and the champion against what is in use',
    emitters: ['dream_consumer_daemon'],
    consumers: ['tournament_consumer_daemon'],
    frequency: 'once for each experiment of a cycle',
    document: {
      tournament_id: text,
      cycle_id: text,
      experiment: text,
      deadline: text,
      entrants: z.array(candidate),
      baseline: candidate,
      scale: z.record(z.string(), z.object({ min: z.number(), max: z.number() })),
    },
    seen: {},
    essential: ['tournament_id', 'cycle_id', 'experiment', 'deadline', 'entrants', 'baseline', 'scale'],
    example: {
      tournament_id: 'dream_20251115_103000/compression',
      cycle_id: 'dream_20251115_103000',
      experiment: 'compression',
      deadline: '2025-11-15T10:55:00.000Z',
      entrants: [{ id: 'mutation_42', params: { codec: 'brotli', quality: 5 } }],
      baseline: { id: 'baseline', params: { codec: 'gzip', level: 6 } },
      scale: { size_ratio: { min: 0.2, max: 0.4 } },
    },
  }),

  Q_TOURNAMENT_MATCH: defineSignal({
    name: 'Q_TOURNAMENT_MATCH',
    kind: 'trigger',
    meaning: 'Play one match of a tournament; instances share a tournament match by match',
    emitters: ['tournament_consumer_daemon'],
    consumers: ['tournament_consumer_daemon'],
    frequency: 'once for each match: seven for eight candidates, and the title match',
    document: {
      tournament_id: text,
      cycle_id: text,
      experiment: text,
      deadline: text,
      match: text,
      a: text,
      b: text,
    },
    seen: {},
    essential: ['tournament_id', 'cycle_id', 'experiment', 'deadline', 'match', 'a', 'b'],
    example: {
      tournament_id: 'dream_20251115_103000/compression',
      cycle_id: 'dream_20251115_103000',
      experiment: 'compression',
      deadline: '2025-11-15T10:55:00.000Z',
      match: '1.1',
      a: 'mutation_42',
      b: 'mutation_7',
    },
  }),

  Q_DEPLOYMENT_APPROVED: defineSignal({
    name: 'Q_DEPLOYMENT_APPROVED',
    kind: 'trigger',
    meaning: 'An operator agrees to a winner that was proposed: deploy it',
    emitters: [],
    consumers: ['winner_deployer_daemon'],
    frequency: 'when kloros dream approve says so',
    document: { experiment: text, cycle_id: text, winner_id: text, approved_by: z.string().nullable() },
    seen: {},
    essential: ['experiment', 'cycle_id', 'winner_id'],
    example: {
      experiment: 'compression',
      cycle_id: 'dream_20251115_103000',
      winner_id: 'mutation_42',
      approved_by: 'operator',
    },
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
