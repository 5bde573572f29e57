import { describe, expect, it } from 'vitest';
import { catalogue, isKnownSignal } from '../../../src/lib/signals/catalogue.js';
import { checkFacts, jsonSchemaOf, normaliseFacts } from '../../../src/lib/signals/facts.js';

// The document's tables of signals with the fields of its examples, and Q_DREAM_REQUESTED and Q_DREAM_TIMEOUT (formats.md §2, §3).
const DOCUMENT: Record<string, [kind: string, emitter: string, fields: string]> = {
  Q_PROMOTIONS_DETECTED: [
    'advisory',
    'orchestrator_monitor',
    'promotion_count unacknowledged_count oldest_promotion_age_hours last_dream_time promotions_path',
  ],
  Q_MODULE_DISCOVERED: [
    'advisory',
    'orchestrator_monitor',
    'module_name module_path investigation_id py_files_count has_init',
  ],
  Q_HEALTH_ALERT: ['advisory', 'orchestrator_monitor', 'alert_type severity metric_value threshold recommended_action'],
  Q_DREAM_REQUESTED: ['advisory', 'intent_router', 'reason topic requested_by priority'],
  Q_DREAM_TRIGGER: ['trigger', 'kloros_policy_engine', 'reason topic promotion_count'],
  Q_CURIOSITY_INVESTIGATE: ['trigger', 'intent_router', 'question question_id priority evidence'],
  Q_INVESTIGATION_COMPLETE: [
    'completion',
    'investigation_consumer_daemon',
    'question_id investigation_timestamp hypothesis confidence evidence_count',
  ],
  Q_MODULE_INTEGRATED: [
    'completion',
    'capability_integrator_daemon',
    'module_name module_path capabilities_added init_created',
  ],
  Q_DREAM_COMPLETE: [
    'completion',
    'dream_consumer_daemon',
    'cycle_id mutations_generated tournament_winner fitness_improvement duration_seconds',
  ],
  Q_WINNER_DEPLOYED: [
    'completion',
    'winner_deployer_daemon',
    'winner_id deployment_path backup_created rollback_available',
  ],
  Q_INTEGRATION_FAILED: [
    'error',
    'capability_integrator_daemon',
    'investigation_id error_type error_message retry_possible',
  ],
  Q_DEPLOYMENT_FAILED: ['error', 'winner_deployer_daemon', 'winner_id error_type error_message rollback_completed'],
  Q_INVESTIGATION_TIMEOUT: ['error', 'orchestrator_monitor', 'question_id timeout_seconds suggested_action'],
  Q_DREAM_TIMEOUT: ['error', 'orchestrator_monitor', 'cycle_id timeout_seconds suggested_action'],
};

/** What daemons of kloros say to each other besides. */
const AMONG_OURSELVES = [
  'Q_POLICY_DUE',
  'Q_REPAIR_STARTED',
  'Q_REPAIR_MADE',
  'Q_REPAIR_JUDGED',
  'Q_DEPLOYMENT_APPROVED',
  'Q_DREAM_STEP',
  'Q_TOURNAMENT_TRIGGER',
  'Q_TOURNAMENT_MATCH',
  'Q_TOURNAMENT_COMPLETE',
];

describe('the catalogue', () => {
  it("has the document's signals, and those that daemons here say among themselves", () => {
    expect([...catalogue.keys()].sort()).toEqual([...Object.keys(DOCUMENT), ...AMONG_OURSELVES].sort());
  });

  it.each(Object.entries(DOCUMENT))('says of %s what the document says', (name, [kind, emitter, fields]) => {
    const definition = catalogue.get(name);
    expect(definition).toMatchObject({ name, kind });
    expect(definition?.emitters).toContain(emitter);
    expect(definition?.fields).toEqual(fields.split(' '));
    expect(definition?.meaning).toMatch(/\w/);
    expect(definition?.frequency).toMatch(/\w/);
  });

  it.each([...catalogue.values()])(
    'has an example of $name that is said and read unchanged',
    ({ name, example, fields }) => {
      expect(Object.keys(example)).toEqual(fields);
      expect(checkFacts(name, example)).toEqual(example);
      expect(normaliseFacts(name, example)).toEqual(example);
    },
  );

  it.each([...catalogue.values()])(
    'exports JSON Schema of $name that requires its fields',
    ({ name, fields, example }) => {
      expect(jsonSchemaOf(name)).toMatchObject({ title: name, type: 'object', required: fields, examples: [example] });
    },
  );

  it('does not take a property of every object for a signal', () => {
    expect(isKnownSignal('constructor')).toBe(false);
    expect(jsonSchemaOf('toString')).toBeUndefined();
  });
});
