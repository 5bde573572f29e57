import type { BegunWork } from '../bus.js';
import type { Database } from './database.js';

type Row = Omit<BegunWork, 'running'> & { token: number };

/** Work of a consumer that was attempted and not given back; reads the work rows of that consumer alone. */
const BEGUN = `SELECT work.seq, signals.id AS signalId, attempts, first_attempt_ms AS firstAttemptAtMs, token, not_before_ms AS notBeforeMs
FROM work JOIN signals ON signals.seq = work.seq
WHERE consumer = (SELECT id FROM consumers WHERE name = ?) AND work.seq > ? AND first_attempt_ms IS NOT NULL
ORDER BY work.seq LIMIT ?`;

/** Prepares the statement that says what a daemon has begun with; a page at a time. */
export function openBegunReader(database: Database, page: number): (daemon: string, afterSeq: number) => BegunWork[] {
  const begun = database.prepare<[string, number, number], Row>(BEGUN);
  return (daemon, afterSeq) =>
    begun.all(daemon, afterSeq, page).map(({ token, ...work }) => ({ ...work, running: token > 0 }));
}
