import { defineDaemon } from '../lib/runtime/define-daemon.js';
import { later } from '../lib/runtime/later.js';

/** Longer than a cycle, so that it is the match that ends and not its signal. */
const BEYOND_LIMIT_MS = 60_000;

/** Plays the matches of tournaments; several instances share one, match by match. */
export const tournamentConsumer = defineDaemon({
  name: 'tournament_consumer_daemon',
  purpose: 'Play the best candidates of a search against each other, and the champion against what is in use',
  hears: ['Q_TOURNAMENT_TRIGGER', 'Q_TOURNAMENT_MATCH'],
  says: ['Q_TOURNAMENT_MATCH', 'Q_TOURNAMENT_COMPLETE'],
  accepts: { Q_TOURNAMENT_TRIGGER: 'colony' },
  from: 'beginning',
  concurrency: ({ dream }) => dream.matches,
  timeoutMs: ({ dream }) => dream.timeLimitMs + BEYOND_LIMIT_MS,
  ...later(['handle'], () => import('./handlers/tournament-consumer.js')),
});
