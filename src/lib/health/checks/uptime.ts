import { formatDuration } from '../../base/formats.js';
import { result, shownLimits, statusBelow, worstOf, type CheckResult, type HealthCheck } from '../check.js';
import type { DaemonStanding } from '../standing.js';
import { unsupervised } from './unsupervised.js';

/** The share of time in which each daemon was ready, since its supervisor started. */
export const uptime: HealthCheck = {
  name: 'uptime',
  asks: 'which share of the time each daemon was ready, since the colony started',
  run: async ({ config, clock, standing }) => {
    const { keeper, daemons } = await standing();
    if (keeper === 'systemd') return servedUptime(daemons, clock.nowMs());
    if (keeper !== 'kloros up') return unsupervised(keeper, 'uptime');
    const limits = { warning: config.health.uptimePercent, critical: config.health.uptimeCriticalPercent };
    const shares = daemons.flatMap(({ name, record }) => {
      if (record === undefined || record.upMs + record.downMs === 0) return [];
      const readyForMs = record.state === 'RUNNING' ? clock.nowMs() - (record.readyAtMs ?? clock.nowMs()) : 0;
      return { name, percent: (record.upMs / (record.upMs + record.downMs)) * 100, readyForMs };
    });
    const least = shares.reduce((worst, one) => (one.percent < worst.percent ? one : worst), shares[0] ?? NOTHING);
    return result(worstOf(shares.map(({ percent }) => statusBelow(percent, limits))), {
      why: `${least.percent.toFixed(2)} % at least${least.name && least.percent < 100 ? ` (${least.name})` : ''}, the shortest run ${formatDuration(Math.min(...shares.map(({ readyForMs }) => readyForMs)))}`,
      figures: shares.flatMap(({ name, percent, readyForMs }) => [
        {
          name: 'percent',
          value: percent,
          unit: '%' as const,
          labels: { daemon: name },
          ...shownLimits(limits),
          least: true as const,
        },
        { name: 'running_seconds', value: readyForMs / 1000, unit: 's' as const, labels: { daemon: name } },
      ]),
      next: ['kloros health --check restarts', `kloros daemon run ${least.name}   # and see it fail`],
    });
  },
};

const NOTHING = { name: '', percent: 100, readyForMs: 0 };

/** Systemd knows since when a service runs, and not how long it did not before: whether it runs is asked by `daemons`. */
function servedUptime(daemons: readonly DaemonStanding[], nowMs: number): CheckResult {
  const runs = daemons.flatMap(({ name, unit }) => {
    const sinceMs = unit?.activeSinceMs ?? null;
    return sinceMs === null ? [] : [{ name, ranMs: Math.max(0, nowMs - sinceMs) }];
  });
  if (runs.length === 0) {
    return { status: 'UNKNOWN', why: 'no service runs', figures: [], next: ['kloros systemd status'] };
  }
  return result('OK', {
    why: `the shortest run ${formatDuration(Math.min(...runs.map(({ ranMs }) => ranMs)))}, as systemd counts`,
    figures: runs.map(({ name, ranMs }) => {
      return { name: 'running_seconds', value: ranMs / 1000, unit: 's' as const, labels: { daemon: name } };
    }),
    next: [],
  });
}
