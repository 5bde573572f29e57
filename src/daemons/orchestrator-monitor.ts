import type { Config } from '../lib/config/schema.js';
import { emittedFor } from '../lib/expectations/declared.js';
import { defineDaemon } from '../lib/runtime/define-daemon.js';
import { later } from '../lib/runtime/later.js';

/** A restart waits for the orderly end of a daemon and for its start. */
const RESTART_MS = 180_000;

/**
 * Looks at the colony every minute: promotions, new modules, what is overdue, what is wrong with it or its machine, and
 * what is to be repaired.
 */
export const orchestratorMonitor = defineDaemon({
  name: 'orchestrator_monitor',
  purpose: 'Watch promotions, the registry and the health of the colony, and repair what can be',
  hears: ['Q_MODULE_INTEGRATED', 'Q_HEALTH_ALERT', 'Q_REPAIR_STARTED'],
  says: [
    'Q_PROMOTIONS_DETECTED',
    'Q_MODULE_DISCOVERED',
    'Q_HEALTH_ALERT',
    'Q_INVESTIGATION_TIMEOUT',
    'Q_DREAM_TIMEOUT',
    'Q_REPAIR_STARTED',
    'Q_REPAIR_MADE',
    'Q_REPAIR_JUDGED',
  ],
  alsoSays: (config) => [...emittedFor(config), ...config.healing.alsoSays],
  // Of each it keeps a recording, which nobody shall have it do who may only ask.
  accepts: { Q_HEALTH_ALERT: 'act' },
  timeoutMs: longestRepairMs,
  from: 'now',
  ...later(['open', 'handle', 'source'], () => import('./handlers/orchestrator-monitor.js')),
});

function longestRepairMs({ healing }: Config): number {
  const commandsMs = Object.values(healing.commands).map(({ timeoutMs }) => timeoutMs);
  return RESTART_MS + Math.max(0, ...commandsMs);
}
