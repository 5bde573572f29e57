import type { Finding } from './condition.js';

/** What waits, and since when nothing was handled. */
export interface FlowState {
  /** Signals that wait in the whole colony. */
  waiting: number;
  /** Epoch milliseconds; null when nothing was ever handled. */
  lastHandledAtMs: number | null;
  /** Epoch milliseconds at which the waiting was first seen: a colony that rested overnight is not stalled at dawn. */
  waitingSinceMs: number | null;
}

const HOUR_MS = 3_600_000;

/** Signals wait, and none was handled for too long; a limit of zero is none. */
export function stalledCondition(flow: FlowState, stalledMs: number, nowMs: number): Finding {
  if (stalledMs === 0 || flow.waiting === 0 || flow.waitingSinceMs === null) return null;
  const silentMs = nowMs - Math.max(flow.waitingSinceMs, flow.lastHandledAtMs ?? 0);
  if (silentMs < stalledMs) return null;
  return {
    type: 'flow_stalled',
    severity: 'critical',
    metricValue: `${flow.waiting} waiting, none handled for ${hoursText(silentMs)}`,
    threshold: hoursText(stalledMs),
    recommendedAction: 'restart_daemons',
  };
}

function hoursText(ms: number): string {
  return `${Math.round((ms / HOUR_MS) * 100) / 100} h`;
}
