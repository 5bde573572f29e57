import { ADVISORIES, RULES_HEAR, RULES_SAY } from '../lib/policy/rule-signals.js';
import { defineDaemon } from '../lib/runtime/define-daemon.js';
import { later } from '../lib/runtime/later.js';

/** Decides by declared rules what the colony does of its own accord, and keeps every decision with its reason. */
export const policyEngine = defineDaemon({
  name: 'kloros_policy_engine',
  purpose: 'Decide by declared rules what the colony does by itself, and say why',
  portOffset: 2,
  hears: [...RULES_HEAR, 'Q_POLICY_DUE'],
  says: [...RULES_SAY, 'Q_HEALTH_ALERT', 'Q_POLICY_DUE'],
  alsoSays: (config) => config.policy.alsoSays,
  // Its rules say on whose advisories they act.
  accepts: Object.fromEntries(ADVISORIES.map((signal) => [signal, 'ask'])),
  from: 'now',
  // A decision stands on what the one before it remembered.
  ordered: true,
  ...later(['open', 'handle', 'source', 'wakes'], () => import('./handlers/policy-engine.js')),
});
