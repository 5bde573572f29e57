import { formatDuration } from '../../base/formats.js';
import { percentile } from '../../base/percentile.js';
import type { Observer } from '../../bus/observer.js';
import { isProbe } from '../../config/probes.js';
import { timeOfId } from '../../signals/id.js';
import { result, shownLimits, statusAbove, worstOf, type HealthCheck } from '../check.js';

const DAY_MS = 86_400_000;
const MOST = 500;
const INTENT = 'intent:';

/** From the writing of an intent's file to its investigation, read from the journal. */
export const latency: HealthCheck = {
  name: 'latency',
  asks: 'how long an intent took from its file to Q_INVESTIGATION_COMPLETE, in the last day',
  run: async ({ config, clock, observer }) => {
    const limitMs = config.health.latencyMs;
    const times = latenciesMs(observer(), clock.nowMs() - DAY_MS).sort((a, b) => a - b);
    const [p50, p99] = [percentile(times, 50), percentile(times, 99)];
    const [median, tail] = [{ critical: limitMs / 1000 }, { warning: limitMs / 1000 }];
    return result(worstOf([statusAbove(p50 / 1000, median), statusAbove(p99 / 1000, tail)]), {
      why:
        times.length === 0
          ? 'no intent was investigated in the last day'
          : `p50 ${formatDuration(p50)}, p99 ${formatDuration(p99)} over ${times.length}`,
      figures: [
        { name: 'p50_seconds', value: p50 / 1000, unit: 's', ...shownLimits(median) },
        { name: 'p99_seconds', value: p99 / 1000, unit: 's', ...shownLimits(tail) },
        { name: 'intents', value: times.length, unit: '' },
      ],
      next: ['kloros health --check lag --check cpu', 'kloros trace QUESTION_ID shows the hops of one'],
    });
  },
};

/** The id of an intent's signal begins with the time at which its file was written. */
function latenciesMs(observer: Observer, sinceMs: number): number[] {
  const said = observer.latest('Q_INVESTIGATION_COMPLETE', MOST);
  return said.flatMap(({ signal }) => {
    if (isProbe(signal.facts['question_id'])) return [];
    const doneMs = signal.ts * 1000;
    const cause = signal.cause_id === null ? undefined : observer.find(signal.cause_id)?.signal;
    const writtenMs = cause?.cause_id?.startsWith(INTENT) ? timeOfId(cause.id) : undefined;
    return writtenMs === undefined || doneMs < sinceMs ? [] : [Math.max(0, doneMs - writtenMs)];
  });
}
