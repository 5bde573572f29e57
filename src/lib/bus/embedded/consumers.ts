import type { ConsumerSpec } from '../bus.js';
import type { Database } from './database.js';
import { untilNotBusy } from './patience.js';
import { openSubscriptions } from './subscriptions.js';

/** Who hears what. */
export interface ConsumerRegister {
  /** Enters or updates a consumer and answers its number; one that is new, or was forgotten, starts where it declares. */
  register(spec: ConsumerSpec): number;
  name(id: number): string;
  maxAttempts(id: number): number;
}

const UPSERT = `INSERT INTO consumers (name, fetched, max_attempts, ordered, urgent_first)
VALUES (@name, CASE @from WHEN 'now' THEN coalesce((SELECT max(seq) FROM signals), 0) ELSE 0 END, @maxAttempts, @ordered, @urgentFirst)
ON CONFLICT (name) DO UPDATE SET max_attempts = excluded.max_attempts,
  ordered = excluded.ordered, urgent_first = excluded.urgent_first, enabled = 1,
  fetched = CASE WHEN consumers.enabled = 0 AND @from = 'now' THEN excluded.fetched ELSE consumers.fetched END
RETURNING id`;

/** Prepares the statements about consumers. */
export function openConsumers(database: Database): ConsumerRegister {
  const upsert = database.prepare<unknown[], number>(UPSERT).pluck();
  const subscriptions = openSubscriptions(database);
  const enter = (spec: ConsumerSpec) =>
    Number(
      upsert.get({
        name: spec.name,
        from: spec.from,
        maxAttempts: spec.maxAttempts,
        ordered: Number(spec.ordered),
        urgentFirst: Number(spec.urgentFirst),
      }),
    );
  const register = database.transaction((spec: ConsumerSpec) => {
    const id = enter(spec);
    subscriptions.declare(id, spec);
    return id;
  });
  const nameOf = database.prepare<[number], string>('SELECT name FROM consumers WHERE id = ?').pluck();
  const maxAttempts = database.prepare<[number], number>('SELECT max_attempts FROM consumers WHERE id = ?').pluck();
  return {
    register: (spec) => untilNotBusy(database.name, () => register.immediate(spec)),
    name: (id) => nameOf.get(id) ?? 'unknown',
    maxAttempts: (id) => maxAttempts.get(id) ?? 1,
  };
}
