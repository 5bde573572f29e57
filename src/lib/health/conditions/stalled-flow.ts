import type { Finding } from './condition.js';

/** What waits, and how long nothing was handled meanwhile. */
export interface FlowState {
  /** Signals that wait in the whole colony. */
  waiting: number;
  /** Counted while something waits: a colony that rested overnight is not stalled at dawn. */
  stillMs: number;
}

const HOUR_MS = 3_600_000;

/** Signals wait, and none was handled for too long; a limit of zero is none. */
export function stalledCondition({ waiting, stillMs }: FlowState, stalledMs: number): Finding {
  if (stalledMs === 0 || waiting === 0 || stillMs < stalledMs) return null;
  return {
    type: 'flow_stalled',
    severity: 'critical',
    metricValue: `${waiting} waiting, none handled for ${hoursText(stillMs)}`,
    threshold: hoursText(stalledMs),
    recommendedAction: 'restart_daemons',
  };
}

function hoursText(ms: number): string {
  return `${Math.round((ms / HOUR_MS) * 100) / 100} h`;
}
