/** What became of a row. */
export type Became =
  | 'handled'
  /** It is back in the queue, with its history. */
  | 'failed again'
  /** Sent, and not handled yet. */
  | 'waiting'
  /** Said anew or put back; who hears it takes it from there. */
  | 'sent'
  /** Was dealt with before it was its turn. */
  | 'settled'
  /** Had left the queue before it was its turn: pruned, replayed by somebody else, or failed again as a newer row. */
  | 'gone'
  /** Could not be sent, and is in the queue as before. */
  | 'not sent';

/** What became of one row. */
export interface ReplayedRow {
  id: string;
  daemon: string;
  signal: string;
  became: Became;
  detail?: string;
}

/** How a replay ended. */
export interface ReplayResult {
  run: string;
  rows: ReplayedRow[];
  /** Rows of the selection that were not tried: `resume` sends them. */
  left: number;
  /** Why it did not go to its end. */
  stopped: 'interrupted' | 'step failed' | 'step undecided' | 'abandoned' | null;
  /** Time from the first to the last that was sent. */
  sendingMs: number;
}
