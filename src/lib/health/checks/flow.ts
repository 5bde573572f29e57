import { formatDuration } from '../../base/formats.js';
import { PROBE_SIGNAL } from '../../bus/round-trip.js';
import type { Observer } from '../../bus/observer.js';
import { result, shownLimits, statusBelow, worstOf, type CheckStatus, type HealthCheck } from '../check.js';

const HOUR_MS = 3_600_000;

/** Signals flow: some every hour, and none waits while nobody handles anything. */
export const flow: HealthCheck = {
  name: 'flow',
  asks: 'how many signals were said in the last hour, and whether what should flow stands still',
  run: async ({ config, clock, observer }) => {
    const [nowMs, limits] = [clock.nowMs(), config.health];
    const hour = signalsOfTheHour(observer(), nowMs);
    const stillMs = standstillMs(observer(), nowMs);
    const isStalled = limits.stalledMs > 0 && stillMs >= limits.stalledMs;
    const few = { warning: limits.signalsPerHour };
    // A colony that is younger than an hour has not had the time.
    const quiet: CheckStatus = isOlderThanAnHour(observer(), nowMs) ? statusBelow(hour, few) : 'OK';
    const still = isStalled ? `; signals wait and none was handled for ${formatDuration(stillMs)}` : '';
    return result(worstOf([quiet, isStalled ? 'CRITICAL' : 'OK']), {
      why: `${hour} signals in the last hour${still}`,
      figures: [
        { name: 'signals_last_hour', value: hour, unit: '', ...shownLimits(few), least: true },
        {
          name: 'standstill_seconds',
          value: stillMs / 1000,
          unit: 's',
          ...shownLimits({ critical: limits.stalledMs / 1000 }),
        },
      ],
      next: isStalled
        ? ['kloros health --check lag --check daemons', 'kloros up']
        : ['kloros intent submit --path PATH', 'or lower health.signalsPerHour: a colony may rest'],
    });
  },
};

/** What this program says to itself in its checks is no flow. */
function signalsOfTheHour(observer: Observer, nowMs: number): number {
  return observer
    .counts({ sinceMs: nowMs - HOUR_MS, untilMs: nowMs }, HOUR_MS)
    .filter(({ signal }) => signal !== PROBE_SIGNAL)
    .reduce((sum, { count }) => sum + count, 0);
}

/** For how long something has waited while nothing was handled; 0 where nothing waits for a daemon that may work. */
function standstillMs(observer: Observer, nowMs: number): number {
  const active = new Map(
    observer
      .consumers()
      .filter(({ enabled, paused }) => enabled && !paused)
      .map((consumer) => [consumer.name, consumer.lastHandledAtMs ?? 0]),
  );
  const waits = observer.waits().filter(({ consumer }) => active.has(consumer));
  if (waits.length === 0) return 0;
  const oldestMs = waits.reduce((least, { atMs }) => Math.min(least, atMs), nowMs);
  return Math.max(0, nowMs - Math.max(oldestMs, ...active.values()));
}

function isOlderThanAnHour(observer: Observer, nowMs: number): boolean {
  return (observer.span()?.oldestMs ?? nowMs) <= nowMs - HOUR_MS;
}
