import { z } from 'zod';
import { amount, text } from './facts-fields.js';
import { defineSignal } from './facts-definition.js';

/** Errors: what failed, for monitors and operators. */
export const error = {
  Q_INTEGRATION_FAILED: defineSignal({
    name: 'Q_INTEGRATION_FAILED',
    kind: 'error',
    meaning: 'A module could not be integrated',
    emitters: ['capability_integrator_daemon'],
    consumers: [],
    frequency: 'once for each failed integration, beside its dead letter',
    document: {
      investigation_id: text,
      error_type: text,
      error_message: z.string(),
      retry_possible: z.boolean(),
    },
    seen: { capability_key: z.string(), reason: z.string() },
    essential: ['investigation_id'],
    // Existing peers name what failed by its key alone.
    aliases: [
      { to: 'investigation_id', from: 'capability_key' },
      { to: 'error_message', from: 'reason' },
    ],
    example: {
      investigation_id: 'discover.module.audio',
      error_type: 'ModuleNotFound',
      error_message: 'Module path does not exist',
      retry_possible: false,
    },
  }),

  Q_DEPLOYMENT_FAILED: defineSignal({
    name: 'Q_DEPLOYMENT_FAILED',
    kind: 'error',
    meaning: 'A winner could not be deployed, or was taken back',
    emitters: ['winner_deployer_daemon'],
    consumers: [],
    frequency: 'once for each failed deployment, and for each that kloros dream rollback or undo takes back',
    document: {
      winner_id: text,
      error_type: text,
      error_message: z.string(),
      /** What had been changed was put back; false where nothing had been. */
      rollback_completed: z.boolean(),
    },
    seen: {},
    essential: ['winner_id'],
    example: {
      winner_id: 'mutation_42',
      error_type: 'TestFailure',
      error_message: 'Winner failed validation tests',
      rollback_completed: true,
    },
  }),

  Q_INVESTIGATION_TIMEOUT: defineSignal({
    name: 'Q_INVESTIGATION_TIMEOUT',
    kind: 'error',
    meaning: 'An investigation was asked for and has not finished in time',
    emitters: ['orchestrator_monitor'],
    consumers: ['investigation_consumer_daemon'],
    frequency: 'once for each question that is stuck for 10 minutes',
    document: { question_id: text, timeout_seconds: amount, suggested_action: z.string() },
    seen: {},
    essential: ['question_id'],
    example: {
      question_id: 'discover.module.audio',
      timeout_seconds: 600,
      suggested_action: 'restart_investigation_consumer',
    },
  }),

  Q_DREAM_TIMEOUT: defineSignal({
    name: 'Q_DREAM_TIMEOUT',
    kind: 'error',
    meaning: 'A D-REAM cycle was triggered and has not finished in time',
    emitters: ['orchestrator_monitor'],
    consumers: ['kloros_policy_engine'],
    frequency: 'once for each cycle that is stuck for 30 minutes',
    document: { cycle_id: text, timeout_seconds: amount, suggested_action: z.string() },
    seen: { trigger_id: z.string() },
    essential: ['cycle_id'],
    // A cycle that never began has no id of its own, only that of its trigger.
    aliases: [
      { to: 'cycle_id', from: 'run_tag' },
      { to: 'cycle_id', from: 'trigger_id' },
    ],
    example: {
      cycle_id: 'dream_20251115_103000',
      timeout_seconds: 1800,
      suggested_action: 'restart_dream_consumer',
    },
  }),
};
