import { z } from 'zod';
import { amount, text } from './facts-fields.js';
import { defineSignal } from './facts-definition.js';

/** Repairs: what the healing rules decide, what was done, and whether it helped. Each is caused by the one before it. */
export const repair = {
  Q_REPAIR_STARTED: defineSignal({
    name: 'Q_REPAIR_STARTED',
    kind: 'trigger',
    meaning: 'A healing rule decided on a repair; its cause is the signal that led to it',
    emitters: ['orchestrator_monitor'],
    consumers: ['orchestrator_monitor'],
    frequency: 'within the cooldown and the budget of each rule',
    document: { rule: text, event: text, subject: text, action: text, target: text, reason: z.string() },
    seen: { emit_signal: z.string(), emit_facts: z.record(z.string(), z.unknown()), pause_ms: amount },
    essential: ['rule', 'action', 'target'],
    example: {
      rule: 'restart_the_silent_investigator',
      event: 'missing_signal',
      subject: 'investigation_consumer_daemon',
      action: 'restart_daemon',
      target: 'investigation_consumer_daemon',
      reason: 'discover.module.audio has no Q_INVESTIGATION_COMPLETE after 600 s',
    },
  }),

  Q_REPAIR_MADE: defineSignal({
    name: 'Q_REPAIR_MADE',
    kind: 'completion',
    meaning: 'A repair was made, failed, was refused, or was cut short so that nobody knows',
    emitters: ['orchestrator_monitor'],
    consumers: [],
    frequency: 'once for each Q_REPAIR_STARTED',
    document: {
      rule: text,
      action: text,
      target: text,
      outcome: z.enum(['made', 'failed', 'refused', 'unknown']),
      detail: z.string(),
      duration_ms: amount,
    },
    seen: {},
    essential: ['rule', 'outcome'],
    example: {
      rule: 'restart_the_silent_investigator',
      action: 'restart_daemon',
      target: 'investigation_consumer_daemon',
      outcome: 'made',
      detail: 'kloros up restarted it',
      duration_ms: 10_412,
    },
  }),

  Q_REPAIR_JUDGED: defineSignal({
    name: 'Q_REPAIR_JUDGED',
    kind: 'completion',
    meaning: 'A repair helped within its time, or it did not and an operator is alerted',
    emitters: ['orchestrator_monitor'],
    consumers: [],
    frequency: 'once for each repair that a rule decided on',
    document: { rule: text, subject: text, helped: z.boolean(), detail: z.string() },
    seen: {},
    essential: ['rule', 'helped'],
    example: {
      rule: 'restart_the_silent_investigator',
      subject: 'investigation_consumer_daemon',
      helped: true,
      detail: 'Q_INVESTIGATION_COMPLETE came',
    },
  }),
};
