import { isAlive } from '../../base/process-identity.js';
import type { Database } from './database.js';
import { openOwners } from './owners.js';
import { openPauses } from './pauses.js';

interface Row {
  id: number;
  name: string;
  hears: string;
  fetched: number;
}

/**
 * Prepares the question which consumers have something to do and nobody who does it. It takes one step in an index for
 * each signal that a consumer hears, however many wait, so that an on-demand start does not wait for a count.
 */
export function openDue(database: Database): (nowMs: number) => string[] {
  const enabled = database.prepare<[], Row>('SELECT id, name, hears, fetched FROM consumers WHERE enabled = 1');
  const isHeard = database
    .prepare<[string, number], number>(
      'SELECT EXISTS (SELECT 1 FROM signals WHERE name_id = (SELECT id FROM names WHERE name = ?) AND seq > ?)',
    )
    .pluck();
  const isOpen = database
    .prepare<[number, number], number>(
      'SELECT EXISTS (SELECT 1 FROM work WHERE consumer = ? AND (token > 0 OR not_before_ms <= ?))',
    )
    .pluck();
  const pauses = openPauses(database);
  const owners = openOwners(database);
  // One view of the journal for all of it costs an idle hub one lock and not thirty.
  return database.transaction((nowMs: number) => {
    const waiting = enabled.all().filter(({ id, hears, fetched, name }) => {
      const isNew = (JSON.parse(hears) as string[]).some((signal) => isHeard.get(signal, fetched) === 1);
      return (isNew || isOpen.get(id, nowMs) === 1) && pauses.of(name) === undefined;
    });
    if (waiting.length === 0) return [];
    const there = new Set(owners.all().flatMap((owner) => (isAlive(owner) ? [owner.name] : [])));
    return waiting.map(({ name }) => name).filter((name) => !there.has(name));
  });
}
