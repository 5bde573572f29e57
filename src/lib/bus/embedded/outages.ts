import type { ProcessIdentity } from '../../base/process-identity.js';
import type { Outage } from '../bus.js';
import type { Database } from './database.js';
import { livingAt } from './living.js';
import type { Operations } from './operations.js';

/** Which daemons stand on something that fails, by what their processes reported. */
export interface OutageBook {
  /** Of live processes only: one that died with its breaker open has begun anew since. */
  of(consumer: string): Outage[];
  report(input: Operations['report']['in']): void;
}

interface Reported {
  outage: Outage;
  identity: ProcessIdentity;
}

/** Owner of rows of the state table that are no daemon's. */
const COLONY = 'colony';

/** Prepares the statements about outages. */
export function openOutages(database: Database): OutageBook {
  const all = database.prepare<[string, string, string], { key: string; value: string }>(
    'SELECT key, value FROM state WHERE daemon = ? AND key >= ? AND key < ?',
  );
  const put = database.prepare(
    'INSERT INTO state (daemon, key, value) VALUES (?, ?, ?) ON CONFLICT (daemon, key) DO UPDATE SET value = excluded.value',
  );
  const forget = database.prepare('DELETE FROM state WHERE daemon = ? AND key = ?');
  const reported = (consumer: string) =>
    all.all(COLONY, `outage:${consumer}:`, `outage:${consumer};`).map(({ key, value }) => ({
      key,
      ...(JSON.parse(value) as Reported),
    }));
  const isThere = () => {
    const isLiving = livingAt(database.name);
    return ({ identity }: Reported) => isLiving(identity);
  };
  return {
    of: (consumer) =>
      reported(consumer)
        .filter(isThere())
        .map(({ outage }) => outage),
    report: ({ consumer, identity, outage }) => {
      const is = isThere();
      for (const other of reported(consumer)) if (!is(other)) forget.run(COLONY, other.key);
      const key = `outage:${consumer}:${identity.pid}`;
      if (outage === null) forget.run(COLONY, key);
      else put.run(COLONY, key, JSON.stringify({ outage, identity }));
    },
  };
}
