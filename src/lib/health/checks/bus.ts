import { formatDuration } from '../../base/formats.js';
import { portHolder } from '../../base/port-holder.js';
import { busRoundTrip } from '../../bus/round-trip.js';
import { endpointsOf } from '../../config/paths.js';
import type { Config } from '../../config/schema.js';
import { result, shownLimits, statusAbove, type CheckResult, type HealthCheck } from '../check.js';

/** The bus, by the doors that peers use: what is said at one is heard at the other. */
export const bus: HealthCheck = {
  name: 'bus',
  asks: 'whether a signal said at the door for publishers is heard at the door for subscribers, and how fast',
  run: async ({ config }) => {
    const { roundTripMs, roundTripTimeoutMs } = config.health;
    const tookMs = await busRoundTrip(config, roundTripTimeoutMs);
    if (tookMs === undefined) return unreachable(config, roundTripTimeoutMs);
    const limits = { warning: roundTripMs / 1000 };
    return result(statusAbove(tookMs / 1000, limits), {
      why: `there and back in ${formatDuration(tookMs)}`,
      figures: [{ name: 'round_trip_seconds', value: tookMs / 1000, unit: 's', ...shownLimits(limits) }],
      next: ['kloros health --check cpu --check disk'],
    });
  },
};

function unreachable(config: Config, timeoutMs: number): CheckResult {
  const { xsub, xpub } = endpointsOf(config);
  const doors = [xsub, xpub].map((endpoint) => {
    const holder = portHolder(Number(endpoint.split(':').at(-1)));
    return `${endpoint} ${holder ? `is held by process ${holder.pid}` : 'is held by nobody that can be seen'}`;
  });
  return result('CRITICAL', {
    why: `nothing came back in ${formatDuration(timeoutMs)}; ${doors.join(', ')}`,
    figures: [],
    next: ['kloros up', 'kloros daemon start chemical-bus', 'kloros config show portBase'],
  });
}
