import type { Database } from './database.js';
import { livingAt } from './living.js';
import { openOwners } from './owners.js';
import { openPauses } from './pauses.js';
import { openSubscriptions } from './subscriptions.js';

interface Row {
  id: number;
  name: string;
  fetched: number;
}

/**
 * Prepares the question which consumers have something to do and nobody who does it. It takes one step in an index for
 * each signal that a consumer hears, however many wait, so that an on-demand start does not wait for a count. Who is
 * named has something to do that the journal does not know of.
 */
export function openDue(database: Database): (nowMs: number, named: readonly string[]) => string[] {
  const enabled = database.prepare<[], Row>('SELECT id, name, fetched FROM consumers WHERE enabled = 1');
  const subscriptions = openSubscriptions(database);
  const isOpen = database
    .prepare<[number, number], number>(
      'SELECT EXISTS (SELECT 1 FROM work WHERE consumer = ? AND (token > 0 OR not_before_ms <= ?))',
    )
    .pluck();
  const pauses = openPauses(database);
  const owners = openOwners(database);
  // One view of the journal for all of it costs an idle hub one lock and not thirty.
  return database.transaction((nowMs: number, named: readonly string[]) => {
    const waiting = enabled.all().filter(({ id, fetched, name }) => {
      const isDue = subscriptions.hasNew(id, fetched) || named.includes(name) || isOpen.get(id, nowMs) === 1;
      return isDue && pauses.of(name) === undefined;
    });
    if (waiting.length === 0) return [];
    const there = new Set(
      owners
        .all()
        .filter(livingAt(database.name))
        .map(({ name }) => name),
    );
    return waiting.map(({ name }) => name).filter((name) => !there.has(name));
  });
}
