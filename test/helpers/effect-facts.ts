import { catalogue } from '../../src/lib/signals/catalogue.js';
import type { Facts } from '../../src/lib/signals/envelope.js';
import { KILL } from '../../src/lib/signals/kill.js';
import { LATER, TELLING, tried } from './effects-home.js';

const CLOSED = { cycle_id: 'stepped', experiment: 'stepping', tournament_id: 'stepped/stepping', deadline: LATER };
const NOTHING_FOUND = { confidence: 0.9, evidence_count: 3, investigation_timestamp: null };

/** Facts with which a signal has its effect, told from others by a key. */
const FACTS: Readonly<Record<string, (key: string) => Facts>> = {
  Q_CURIOSITY_INVESTIGATE: (key) => ({ question: key, question_id: `asked.${key}`, priority: 'normal', evidence: [] }),
  Q_INVESTIGATION_COMPLETE: (key) => ({
    ...{ question_id: `known.${key}`, hypothesis: `UNDISCOVERED_MODULE_mod_${key}`, ...NOTHING_FOUND },
  }),
  Q_INVESTIGATION_TIMEOUT: (key) => ({ question_id: `late.${key}`, daemon: key, suggested_action: 'restart' }),
  Q_MODULE_INTEGRATED: (key) => ({ module_name: `integrated_${key}` }),
  Q_HEALTH_ALERT: (key) => ({ severity: 'critical', alert_type: key }),
  Q_DREAM_TRIGGER: (key) => ({ reason: 'test', topic: `topic_${key}`, promotion_count: 0 }),
  Q_DREAM_COMPLETE: (key) => ({
    ...{ cycle_id: `done_${key}`, success: true, tournament_winner: 'w', trigger_id: `flight_${key}` },
  }),
  Q_DEPLOYMENT_APPROVED: (key) => ({ experiment: `approved_${key}`, cycle_id: `approved_${key}`, winner_id: 'w' }),
  Q_DREAM_STEP: () => ({ cycle_id: 'stepped', step: 1, action: 'continue' }),
  Q_TOURNAMENT_COMPLETE: () => ({ ...CLOSED, champion: null, matches_played: 0 }),
  Q_TOURNAMENT_TRIGGER: () => ({
    ...{ ...CLOSED, cycle_id: 'opened', scale: {} },
    ...{ entrants: [tried('a', 2), tried('b', 3)], baseline: tried('baseline', 1) },
  }),
  Q_TOURNAMENT_MATCH: () => ({ ...CLOSED, cycle_id: 'played', experiment: 'playing', match: '1.1', a: 'a', b: 'b' }),
  Q_POLICY_DUE: () => ({ subject: 'flight', key: 'due', due_at: LATER }),
  Q_REPAIR_STARTED: (key) => ({ rule: key, action: 'pause_daemon', target: 'winner_deployer_daemon', subject: key }),
  Q_DEPLOYMENT_FAILED: () => ({
    winner_id: 'w',
    experiment: 'kept',
    deployment_id: 'kept.w',
    rollback_completed: true,
  }),
  Q_PONG: (key) => ({ key }),
  [KILL]: (key) => ({ target: 'tournament_consumer_daemon', reason: key }),
};

/** Facts of a signal for a key. */
export function factsFor(signal: string, key: string): Facts {
  const telling = TELLING[signal];
  return {
    ...catalogue.get(signal)?.example,
    ...(telling === undefined ? {} : { [telling]: key }),
    ...FACTS[signal]?.(key),
  };
}
