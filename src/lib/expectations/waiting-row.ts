import type { Told } from './open-triggers.js';
import type { Place } from './place.js';

/** A trigger and what it waits for, as programs get it. */
export interface WaitingRow {
  expects: string;
  after: string;
  /** What is asked for, e.g. the question; null where the chain alone joins the two signals. */
  key: string | null;
  trigger_id: string;
  trace: string;
  said_at: string;
  state: Place['kind'];
  daemon: string | null;
  /** The daemon is held back by an operator. */
  paused: boolean;
  /** Processes of the daemon. */
  pids: number[];
  attempts: number;
  next_attempt_at: string | null;
  /** Since when its clock runs, and against which limit. */
  since: string;
  limit: Told['limit'];
  limit_ms: number;
  due_at: string;
  overdue: boolean;
  timeout: { id: string; said_at: string } | null;
  /** What to do, the first first; commands stand alone. */
  next: string[];
}

/** A completion that came after its timeout. */
export interface LateRow {
  expects: string;
  after: string;
  key: string | null;
  trigger_id: string;
  trace: string;
  timeout: { id: string; said_at: string };
  answer: { id: string; said_at: string };
  /** From the timeout to the answer. */
  late_by_ms: number;
}

/** What waits for what, the most urgent first. */
export interface Waiting {
  waiting: WaitingRow[];
  /** The newest first. */
  late: LateRow[];
  /** Triggers that wait; more than rows where there are very many. */
  total: number;
  /** Declared pairs that cannot be watched. */
  problems: string[];
}
