import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Recorded, Signal } from '../bus/bus.js';
import type { Count, Observer, TimeRange } from '../bus/observer.js';
import { keepFrame } from '../signals/kept-frame.js';
import type { NamePattern } from './pattern.js';

/** What of the past is wanted. */
export interface HistoryQuery {
  range: TimeRange;
  pattern: NamePattern;
  filter: (signal: Signal) => boolean;
}

/** The signals of a stretch of time in the journal's order, read in pages and no further than where it ends. */
export async function* history(observer: Observer, query: HistoryQuery, abort: AbortSignal): AsyncGenerator<Recorded> {
  const { range, pattern, filter } = query;
  const window = observer.window(range);
  if (window === undefined) return;
  const scope = { ...range, ...(pattern.exact === undefined ? {} : { signals: pattern.exact }) };
  let page: Recorded[];
  for (let afterSeq = window.first - 1; afterSeq < window.last && !abort.aborted; afterSeq = lastOf(page)) {
    page = observer.page({ ...scope, afterSeq });
    for (const recorded of page) {
      const { signal, frame } = recorded;
      if (!pattern.matches(signal.signal) || !filter(signal)) continue;
      keepFrame(signal, frame);
      yield recorded;
    }
    await nextTurn(); // Ctrl-C is heard between two pages, also where nothing matches.
  }
}

/** Beyond every window where nothing is left. */
function lastOf(page: readonly Recorded[]): number {
  return page.at(-1)?.seq ?? Number.POSITIVE_INFINITY;
}

/** How many of each name were said in each stretch of `everyMs`, without reading a signal. */
export function historyCounts(
  observer: Observer,
  { range, pattern }: Omit<HistoryQuery, 'filter'>,
  everyMs: number,
): Count[] {
  return observer.counts(range, everyMs).filter(({ signal }) => pattern.matches(signal));
}
