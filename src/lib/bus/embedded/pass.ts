import type { Database } from './database.js';
import type { Operations } from './operations.js';
import { openSubscriptions } from './subscriptions.js';

/**
 * Prepares what moves cursors to the end of the journal where nothing that their consumers take lies behind them. A daemon
 * that runs does so with every claim; for one at rest, what it refuses would be passed over again at every look.
 */
export function openPass(database: Database): (input: Operations['pass']['in']) => void {
  const lagging = database.prepare<[number], { id: number; fetched: number }>(
    'SELECT id, fetched FROM consumers WHERE enabled = 1 AND fetched < (SELECT max(seq) FROM signals) - ?',
  );
  const { hasNew } = openSubscriptions(database);
  const move = database.prepare('UPDATE consumers SET fetched = (SELECT max(seq) FROM signals) WHERE id = ?');
  return ({ behind }) => {
    for (const { id, fetched } of lagging.all(behind)) if (!hasNew(id, fetched)) move.run(id);
  };
}
