import { formatAge } from '../base/formats.js';
import type { Outage, Pause } from '../bus/bus.js';
import type { Maintenance } from '../maintenance/mode.js';

/** A maintenance in words. */
export function maintenanceText({ reason, sinceMs, untilMs }: Maintenance, nowMs: number): string {
  const end = untilMs === null ? '' : `, ends ${formatAge(untilMs, nowMs)}`;
  return `maintenance, begun ${formatAge(sinceMs, nowMs)}${end}${because(reason)}`;
}

/** A pause in words: by whom, since when and why. */
export function pauseText({ by, reason, sinceMs }: Pause, nowMs: number): string {
  return `paused by ${by} ${formatAge(sinceMs, nowMs)}${because(reason)}`;
}

/** An open breaker in words. */
export function outageText({ sinceMs, probeAtMs, error }: Outage, nowMs: number): string {
  const probe = probeAtMs > nowMs ? `probes ${formatAge(probeAtMs, nowMs)}` : 'probes with the next signal';
  return `breaker opened ${formatAge(sinceMs, nowMs)}, ${probe}: ${error}`;
}

function because(reason: string | null): string {
  return reason === null ? '' : `: ${reason}`;
}
