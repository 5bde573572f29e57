import type { ConsumerStatus } from '../bus.js';
import type { Database } from './database.js';
import { openOutages } from './outages.js';
import { openPauses } from './pauses.js';
import { openSubscriptions } from './subscriptions.js';

/** A consumer's row with what is open for it. */
export type StoredConsumer = Omit<ConsumerStatus, 'pids'> & {
  id: number;
  fetched: number;
  /** Position of the first that it has not seen or not settled; null where it has done all. */
  lowest: number | null;
};

/** Reads where consumers are. */
export interface ConsumerReader {
  consumers(): StoredConsumer[];
  /** Owners of what is held for a consumer. */
  holders(consumer: number): number[];
  /** Whether a claim could find anything, without the price of a transaction. */
  hasWork(consumer: number): boolean;
}

interface ConsumerRow {
  id: number;
  name: string;
  enabled: number;
  fetched: number;
  handled_ms: number | null;
}

interface OpenWork {
  running: number;
  waiting: number;
  lowest: number | null;
}

/** Prepares the statements that read where consumers are. */
export function openConsumerReader(database: Database): ConsumerReader {
  const pauses = openPauses(database);
  const outages = openOutages(database);
  const rows = database.prepare<[], ConsumerRow>('SELECT * FROM consumers ORDER BY name');
  const { namesOf, lagOf, nextOf } = openSubscriptions(database);
  const open = database.prepare<[number], OpenWork>(
    'SELECT coalesce(sum(token > 0), 0) AS running, coalesce(sum(token = 0), 0) AS waiting, min(seq) AS lowest FROM work WHERE consumer = ?',
  );
  const holders = database
    .prepare<[number], number>('SELECT DISTINCT owner FROM work WHERE owner > 0 AND consumer = ?')
    .pluck();
  const hasWork = database
    .prepare<{ id: number }, number>(
      `SELECT EXISTS (SELECT 1 FROM work WHERE consumer = @id AND token = 0)
         OR (SELECT max(seq) FROM signals) > (SELECT fetched FROM consumers WHERE id = @id)`,
    )
    .pluck();
  return {
    consumers: () =>
      rows.all().map((row) => {
        const hears = namesOf(row.id);
        const standing = { pause: pauses.of(row.name) ?? null, outages: outages.of(row.name) };
        return statusOf(row, {
          ...{ ...standing, hears, lag: lagOf(row.id, row.fetched) },
          ...{ open: open.get(row.id), unseen: nextOf(row.id, row.fetched) },
        });
      }),
    holders: (consumer) => holders.all(consumer),
    hasWork: (id) => hasWork.get({ id }) === 1,
  };
}

function statusOf(
  row: ConsumerRow,
  more: Pick<ConsumerStatus, 'hears' | 'pause' | 'outages' | 'lag'> & { open: OpenWork | undefined; unseen: number[] },
): StoredConsumer {
  const { hears, pause, outages, lag, open, unseen } = more;
  const needed = [...unseen, ...(open?.lowest == null ? [] : [open.lowest])];
  return {
    id: row.id,
    name: row.name,
    hears,
    lag,
    fetched: row.fetched,
    paused: pause !== null,
    pause,
    outages,
    enabled: row.enabled === 1,
    running: open?.running ?? 0,
    waiting: open?.waiting ?? 0,
    lowest: needed.length === 0 ? null : Math.min(...needed),
    lastHandledAtMs: row.handled_ms,
  };
}
