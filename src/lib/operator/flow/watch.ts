import type { Clock } from '../../base/clock.js';
import { WakeUp } from '../../base/wake-up.js';
import type { Bus } from '../../bus/bus.js';
import type { NamePattern } from '../pattern.js';
import { Meter, type Reading } from './meter.js';
import type { WindowSize } from './rolling-window.js';

/** What to measure, and when to stop. */
export interface MeterQuery {
  pattern: NamePattern;
  window: WindowSize;
  /** Ends after so many signals. */
  count?: number | undefined;
}

/** Whose flow it is. */
export interface MeterSource {
  bus: Pick<Bus, 'follow' | 'newest'>;
  clock: Clock;
}

/** What was measured up to now. */
export interface Measurement {
  readings: Reading[];
  nowMs: number;
  /** The last one: enough was counted, or it was ended. */
  isLast: boolean;
}

/**
 * Measures what is said from now on, and tells of it every `everyMs` and at the end.
 * All names are followed, whatever the pattern: an answer has another name than what it answers.
 */
export async function* measure(
  { bus, clock }: MeterSource,
  query: MeterQuery & { everyMs: number },
  abort: AbortSignal,
): AsyncGenerator<Measurement> {
  const meter = new Meter(query.window);
  const over = new AbortController();
  const wakeUp = new WakeUp();
  const ended = AbortSignal.any([abort, over.signal]);
  const afterSeq = await bus.newest();
  const counting = countInto(meter, { stream: bus.follow({ afterSeq }, ended), query, clock }).finally(() => {
    over.abort();
    wakeUp.call();
  });
  counting.catch(() => undefined); // It is awaited below, where it tells of its failure.
  const measured = (isLast: boolean): Measurement => {
    const nowMs = clock.nowMs();
    return { readings: meter.readings(nowMs), nowMs, isLast };
  };
  try {
    for (;;) {
      await wakeUp.rest(query.everyMs, ended);
      if (ended.aborted) break;
      yield measured(false);
    }
  } finally {
    over.abort();
    await counting;
  }
  yield measured(true);
}

interface Counting {
  stream: ReturnType<Bus['follow']>;
  query: MeterQuery;
  clock: Clock;
}

async function countInto(meter: Meter, { stream, query, clock }: Counting): Promise<void> {
  let left = query.count ?? Infinity;
  for await (const recorded of stream) {
    const isWanted = query.pattern.matches(recorded.signal.signal);
    meter.note(recorded, clock.nowMs(), isWanted);
    if (isWanted) left -= 1;
    if (left <= 0) return;
  }
}
