import { formatDuration } from '../../base/formats.js';
import { percentile } from '../../base/percentile.js';
import type { Recorded } from '../../bus/bus.js';
import type { Observer } from '../../bus/observer.js';
import { isProbe } from '../../config/probes.js';
import { timeOfId } from '../../signals/id.js';
import { INTENT_CAUSE } from '../../signals/subject.js';
import { result, shownLimits, statusAbove, worstOf, type HealthCheck } from '../check.js';

const DAY_MS = 86_400_000;
/** A busy day has more: then its newest count, and the answer says how far back they go. */
const MOST = 5_000;
const PAGE = 500;

/** An intent that was investigated. */
interface Investigated {
  /** Epoch milliseconds. */
  atMs: number;
  tookMs: number;
}

/** From the writing of an intent's file to its investigation, read from the journal. */
export const latency: HealthCheck = {
  name: 'latency',
  asks: 'how long an intent took from its file to Q_INVESTIGATION_COMPLETE, in the last day',
  run: async ({ config, clock, observer }) => {
    const limitMs = config.health.latencyMs;
    const nowMs = clock.nowMs();
    const found = investigated(observer(), nowMs - DAY_MS);
    const times = found.map(({ tookMs }) => tookMs).sort((a, b) => a - b);
    const [p50, p99] = [percentile(times, 50), percentile(times, 99)];
    const [median, tail] = [{ critical: limitMs / 1000 }, { warning: limitMs / 1000 }];
    return result(worstOf([statusAbove(p50 / 1000, median), statusAbove(p99 / 1000, tail)]), {
      why: whyOf(found, { p50, p99 }, nowMs),
      figures: [
        { name: 'p50_seconds', value: p50 / 1000, unit: 's', ...shownLimits(median) },
        { name: 'p99_seconds', value: p99 / 1000, unit: 's', ...shownLimits(tail) },
        { name: 'intents', value: times.length, unit: '' },
      ],
      next: ['kloros health --check lag --check cpu', 'kloros trace QUESTION_ID shows the hops of one'],
    });
  },
};

/** Each with when its investigation was complete, the newest first; probes and what no intent asked do not count. */
function investigated(observer: Observer, sinceMs: number): Investigated[] {
  const found: Investigated[] = [];
  for (let beforeSeq: number | undefined; found.length < MOST;) {
    const page = observer.latest('Q_INVESTIGATION_COMPLETE', PAGE, { beforeSeq, accepts: 'act' });
    const recent = page.filter(({ receivedAtMs }) => receivedAtMs >= sinceMs);
    found.push(...recent.flatMap((one) => investigatedBy(observer, one)));
    beforeSeq = page.at(-1)?.seq;
    if (recent.length === 0) break;
  }
  return found.slice(0, MOST);
}

/** The id of an intent's signal begins with the time at which its file was written. */
function investigatedBy(observer: Observer, { signal, receivedAtMs: atMs }: Recorded): Investigated[] {
  const { facts, cause_id: causeId } = signal;
  if (causeId === null || isProbe(facts['question_id'])) return [];
  const cause = observer.find(causeId)?.signal;
  const writtenMs = cause?.cause_id?.startsWith(INTENT_CAUSE) ? timeOfId(cause.id) : undefined;
  return writtenMs === undefined ? [] : [{ atMs, tookMs: Math.max(0, atMs - writtenMs) }];
}

function whyOf(found: readonly Investigated[], { p50, p99 }: { p50: number; p99: number }, nowMs: number): string {
  if (found.length === 0) return 'no intent was investigated in the last day';
  const text = `p50 ${formatDuration(p50)}, p99 ${formatDuration(p99)} over ${found.length}`;
  if (found.length < MOST) return text;
  return `${text}, the newest of the last day: all within ${formatDuration(nowMs - (found.at(-1)?.atMs ?? nowMs))}`;
}
