import { z } from 'zod';
import { amount, count, moment, text } from './facts-fields.js';
import { defineSignal } from './facts-definition.js';
import { listOf } from './foreign.js';

/** Completions: what workers tell monitors, policies and the next worker. */
export const completion = {
  Q_INVESTIGATION_COMPLETE: defineSignal({
    name: 'Q_INVESTIGATION_COMPLETE',
    kind: 'completion',
    meaning: 'An investigation has finished; its record is in curiosity_investigations.jsonl',
    emitters: ['investigation_consumer_daemon'],
    consumers: ['capability_integrator_daemon', 'semantic_dedup_consumer_daemon'],
    frequency: 'once for each investigation',
    document: {
      question_id: text,
      investigation_timestamp: moment,
      hypothesis: z.string().nullable(),
      confidence: z.number().min(0).max(1),
      evidence_count: count,
    },
    seen: {
      module_name: z.string().nullable(),
      status: z.enum(['completed', 'failed']),
      duration_ms: amount,
      model_used: z.string().nullable(),
      tokens_used: count.nullable(),
      queue_wait_time_ms: amount,
    },
    essential: ['question_id'],
    example: {
      question_id: 'discover.module.audio',
      investigation_timestamp: '20251115_103000',
      hypothesis: 'UNDISCOVERED_MODULE_audio',
      confidence: 0.95,
      evidence_count: 12,
    },
  }),

  Q_MODULE_INTEGRATED: defineSignal({
    name: 'Q_MODULE_INTEGRATED',
    kind: 'completion',
    meaning: 'A module is now in the registry, capabilities.yaml',
    emitters: ['capability_integrator_daemon'],
    consumers: ['orchestrator_monitor'],
    frequency: 'once for each integration',
    document: {
      module_name: text,
      module_path: text,
      capabilities_added: z.array(z.string()),
      init_created: z.boolean(),
    },
    seen: { capability_key: z.string(), integrated_at: moment, investigation_timestamp: moment },
    essential: ['module_name'],
    // A peer that names only the key has integrated exactly that.
    aliases: [
      { to: 'module_name', from: 'capability_key' },
      { to: 'capabilities_added', from: 'capability_key', read: listOf },
    ],
    example: {
      module_name: 'audio_processing',
      module_path: 'src.audio',
      capabilities_added: ['process_audio', 'extract_features'],
      init_created: true,
    },
  }),

  Q_DREAM_COMPLETE: defineSignal({
    name: 'Q_DREAM_COMPLETE',
    kind: 'completion',
    meaning: 'A D-REAM cycle has finished',
    emitters: ['dream_consumer_daemon'],
    consumers: ['winner_deployer_daemon', 'kloros_policy_engine'],
    frequency: 'once for each cycle',
    document: {
      cycle_id: text,
      mutations_generated: count,
      tournament_winner: z.string().nullable(),
      fitness_improvement: z.number().nullable(),
      duration_seconds: amount,
    },
    seen: {
      success: z.boolean(),
      exit_code: z.number().int().nullable(),
      generation: count.nullable(),
      run_tag: z.string(),
      duration_s: amount,
      trigger_reason: z.string().nullable(),
      trigger_topic: z.string().nullable(),
      promotion_path: z.string().nullable(),
      telemetry_path: z.string().nullable(),
      error_type: z.string().nullable(),
      error_message: z.string().nullable(),
    },
    essential: ['cycle_id'],
    aliases: [
      { to: 'cycle_id', from: 'run_tag' },
      { to: 'duration_seconds', from: 'duration_s' },
    ],
    example: {
      cycle_id: 'dream_20251115_103000',
      mutations_generated: 150,
      tournament_winner: 'mutation_42',
      fitness_improvement: 0.12,
      duration_seconds: 180,
    },
  }),

  Q_TOURNAMENT_COMPLETE: defineSignal({
    name: 'Q_TOURNAMENT_COMPLETE',
    kind: 'completion',
    meaning: 'A tournament was played to its end; its record is in the folder of the cycle',
    emitters: ['tournament_consumer_daemon'],
    consumers: ['dream_consumer_daemon'],
    frequency: 'once for each tournament',
    document: {
      tournament_id: text,
      cycle_id: text,
      experiment: text,
      champion: z.string().nullable(),
      matches_played: count,
    },
    seen: {},
    essential: ['tournament_id', 'cycle_id', 'experiment'],
    example: {
      tournament_id: 'dream_20251115_103000/compression',
      cycle_id: 'dream_20251115_103000',
      experiment: 'compression',
      champion: 'mutation_42',
      matches_played: 8,
    },
  }),

  Q_WINNER_DEPLOYED: defineSignal({
    name: 'Q_WINNER_DEPLOYED',
    kind: 'completion',
    meaning: 'The winner of a D-REAM cycle is in production',
    emitters: ['winner_deployer_daemon'],
    consumers: [],
    frequency: 'once for each cycle with a winner',
    document: {
      winner_id: text,
      deployment_path: text,
      /** Bytes of at least one file were copied; false where there were none to copy, which a rollback does not need. */
      backup_created: z.boolean(),
      /** It is in use, and every copied byte was found whole. */
      rollback_available: z.boolean(),
    },
    seen: {},
    essential: ['winner_id'],
    example: {
      winner_id: 'mutation_42',
      deployment_path: '/home/kloros/src/kloros/deployed',
      backup_created: true,
      rollback_available: true,
    },
  }),
};
