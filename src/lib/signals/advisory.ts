import { z } from 'zod';
import { amount, count, moment, priority, text } from './facts-fields.js';
import { defineSignal } from './facts-definition.js';
import { countOf, severityOf } from './foreign.js';

/** Advisories: what monitors tell the policy engine. */
export const advisory = {
  Q_PROMOTIONS_DETECTED: defineSignal({
    name: 'Q_PROMOTIONS_DETECTED',
    kind: 'advisory',
    meaning: 'Unacknowledged D-REAM promotions exist',
    emitters: ['orchestrator_monitor'],
    consumers: ['kloros_policy_engine'],
    frequency: 'every 60 s while there are any',
    document: {
      promotion_count: count,
      unacknowledged_count: count,
      oldest_promotion_age_hours: amount.nullable(),
      last_dream_time: moment.nullable(),
      promotions_path: text,
    },
    seen: {
      newest_promotion_age_hours: amount.nullable(),
      promotion_files: z.array(z.string()),
      promotion_set: z.string(),
    },
    essential: [],
    // Acknowledged promotions are moved away, so the files that a peer lists are the unacknowledged ones.
    aliases: [
      { to: 'promotion_count', from: 'promotion_files', read: countOf },
      { to: 'unacknowledged_count', from: 'promotion_files', read: countOf },
    ],
    example: {
      promotion_count: 3,
      unacknowledged_count: 3,
      oldest_promotion_age_hours: 12,
      last_dream_time: '2025-11-13T22:00:00Z',
      promotions_path: '/home/kloros/.kloros/dream_lab/promotions',
    },
  }),

  Q_MODULE_DISCOVERED: defineSignal({
    name: 'Q_MODULE_DISCOVERED',
    kind: 'advisory',
    meaning: 'A new module appeared in capabilities.yaml',
    emitters: ['orchestrator_monitor'],
    consumers: ['kloros_policy_engine'],
    frequency: 'once for each module',
    document: {
      module_name: text,
      module_path: text,
      investigation_id: text.nullable(),
      py_files_count: count,
      has_init: z.boolean(),
    },
    seen: {},
    essential: ['module_name'],
    example: {
      module_name: 'audio_processing',
      module_path: 'src.audio',
      investigation_id: 'discover.module.audio_processing',
      py_files_count: 5,
      has_init: true,
    },
  }),

  Q_HEALTH_ALERT: defineSignal({
    name: 'Q_HEALTH_ALERT',
    kind: 'advisory',
    meaning: 'Something is wrong with the colony or its machine',
    emitters: ['orchestrator_monitor', 'intent_router', 'kloros_policy_engine', 'dream_consumer_daemon'],
    consumers: ['kloros_policy_engine', 'orchestrator_monitor'],
    frequency: 'once for each condition until it clears',
    document: {
      alert_type: text,
      severity: z.enum(['info', 'warning', 'critical']),
      metric_value: z.string().nullable(),
      threshold: z.string().nullable(),
      recommended_action: z.string().nullable(),
    },
    seen: {},
    essential: ['alert_type'],
    aliases: [{ to: 'severity', from: 'severity', read: severityOf }],
    example: {
      alert_type: 'disk_space_low',
      severity: 'warning',
      metric_value: '85%',
      threshold: '80%',
      recommended_action: 'cleanup_logs',
    },
  }),

  Q_DREAM_REQUESTED: defineSignal({
    name: 'Q_DREAM_REQUESTED',
    kind: 'advisory',
    meaning: 'An intent asks for a D-REAM cycle; the policy engine decides',
    emitters: ['intent_router'],
    consumers: ['kloros_policy_engine'],
    frequency: 'once for each trigger_dream intent',
    document: {
      reason: text,
      topic: z.string().nullable(),
      requested_by: z.string().nullable(),
      priority,
    },
    seen: {},
    essential: ['reason'],
    example: {
      reason: 'fitness has not improved for a week',
      topic: 'audio',
      requested_by: 'observer',
      priority: 'normal',
    },
  }),

  Q_POLICY_DUE: defineSignal({
    name: 'Q_POLICY_DUE',
    kind: 'advisory',
    meaning: 'A retry, a wait or a missing answer of the policy engine is due',
    emitters: ['kloros_policy_engine'],
    consumers: ['kloros_policy_engine'],
    frequency: 'once for each moment that was agreed on',
    document: { subject: z.enum(['wait', 'flight']), key: text, due_at: moment },
    seen: {},
    essential: ['subject', 'key', 'due_at'],
    example: { subject: 'wait', key: '3f1c0a9be7d25481', due_at: '2025-11-15T10:40:00.000Z' },
  }),
};
