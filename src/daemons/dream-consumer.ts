import { defineDaemon } from '../lib/runtime/define-daemon.js';
import { later } from '../lib/runtime/later.js';

/** Longer than a cycle, so that it is the cycle that ends and not its signal. */
const BEYOND_LIMIT_MS = 60_000;

/** Runs D-REAM cycles: one signal a step, the state of the cycle in the same transaction (lib/dream/cycle/cycle.ts). */
export const dreamConsumer = defineDaemon({
  name: 'dream_consumer_daemon',
  purpose: 'Search better configurations in D-REAM cycles, one at a time',
  portOffset: 5,
  hears: ['Q_DREAM_TRIGGER', 'Q_DREAM_STEP', 'Q_TOURNAMENT_COMPLETE'],
  says: ['Q_DREAM_STEP', 'Q_TOURNAMENT_TRIGGER', 'Q_DREAM_COMPLETE', 'Q_HEALTH_ALERT'],
  accepts: { Q_TOURNAMENT_COMPLETE: 'colony' },
  from: 'now',
  timeoutMs: ({ dream }) => dream.timeLimitMs + BEYOND_LIMIT_MS,
  ...later(['handle', 'source', 'wakes'], () => import('./handlers/dream-consumer.js')),
});
