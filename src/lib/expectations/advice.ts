import type { WaitingRow } from './waiting-row.js';

type Known = Omit<WaitingRow, 'next'>;

/** What an operator may do about a trigger that waits; empty where its turn comes by itself. */
export function adviceFor(row: Known): string[] {
  return ADVICE[row.state](row);
}

const ADVICE: Record<Known['state'], (row: Known) => string[]> = {
  unheard: ({ after }) => [`no daemon here hears ${after}: whoever answers it is elsewhere, or was never started`],
  refused: () => ['kloros peer refused'],
  queued: (row) => held(row) ?? [],
  running: (row) => held(row) ?? (row.overdue ? restart(row) : []),
  backoff: (row) => held(row) ?? (row.overdue ? ['see in the log why it fails; it is tried again by itself'] : []),
  dead: ({ trigger_id }) => [`kloros dlq list --grep ${trigger_id}`],
  handled: ({ overdue }) => (overdue ? ['ask anew: it was handled, and nothing was answered'] : []),
};

/** Nobody works at it: the daemon is paused, or has no process. */
function held({ daemon, paused, pids }: Known): string[] | undefined {
  if (daemon === null) return undefined;
  if (paused) return [`kloros daemon resume ${daemon}`];
  return pids.length === 0 ? [`kloros daemon start ${daemon}`] : undefined;
}

function restart({ daemon }: Known): string[] {
  return daemon === null ? [] : [`kloros daemon restart ${daemon}`, 'then the work is tried again'];
}
