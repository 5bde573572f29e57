import { formatDuration } from '../../base/formats.js';
import { pathsOf } from '../../config/paths.js';
import type { Config } from '../../config/schema.js';
import { DeadLetterStore } from '../../dead-letter/store.js';
import { result, shownLimits, statusAbove, worstOf, type CheckResult, type HealthCheck } from '../check.js';
import { deadLetterLimits } from '../limits.js';

/** Signals that failed for good and wait for somebody. */
export const deadLetters: HealthCheck = {
  name: 'dead-letters',
  asks: 'how many signals failed for good, and for how long the oldest has been lying there',
  run: async ({ config, clock }) => {
    let [count, firstMs] = [0, Infinity];
    for await (const { firstFailedAtMs } of new DeadLetterStore(pathsOf(config), clock).letters()) {
      count += 1;
      firstMs = Math.min(firstMs, firstFailedAtMs ?? Infinity);
    }
    return judge({ count, oldestMs: Number.isFinite(firstMs) ? clock.nowMs() - firstMs : 0 }, config);
  },
};

function judge({ count, oldestMs }: { count: number; oldestMs: number }, config: Config): CheckResult {
  const open = deadLetterLimits(config);
  const age = { warning: config.health.oldestDeadLetterMs / 1000 };
  const status = worstOf([statusAbove(count, open), count === 0 ? 'OK' : statusAbove(oldestMs / 1000, age)]);
  return result(status, {
    why: count === 0 ? 'none' : `${count} open, the oldest for ${formatDuration(oldestMs)}`,
    figures: [
      { name: 'open', value: count, unit: '', ...shownLimits(open) },
      { name: 'oldest_age_seconds', value: Math.max(0, oldestMs) / 1000, unit: 's', ...shownLimits(age) },
    ],
    next: ['kloros dlq groups', 'kloros dlq replay --group GROUP --dry-run'],
  });
}
