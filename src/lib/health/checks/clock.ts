import { formatDuration } from '../../base/formats.js';
import { result, shownLimits, statusAbove, type HealthCheck } from '../check.js';

/** The wall clock: a signal from the future tells that it was set back. */
export const clock: HealthCheck = {
  name: 'clock',
  asks: 'whether the clock was set back behind what the journal has',
  run: async ({ config, clock: now, observer }) => {
    const limits = { warning: config.health.clockMs / 1000 };
    const aheadMs = Math.max(0, (observer().span()?.newestMs ?? 0) - now.nowMs());
    return result(statusAbove(aheadMs / 1000, limits), {
      why:
        aheadMs === 0
          ? 'no signal is from the future'
          : `the newest signal is ${formatDuration(aheadMs)} in the future: the clock was set back`,
      figures: [{ name: 'ahead_seconds', value: aheadMs / 1000, unit: 's', ...shownLimits(limits) }],
      next: ['timedatectl status', 'nothing is lost: order is the position in the journal, and never a time'],
    });
  },
};
