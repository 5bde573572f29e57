import type { Bus, Recorded, Signal } from '../bus/bus.js';
import { keepFrame } from '../signals/kept-frame.js';
import type { NamePattern } from './pattern.js';
import { positionOf, type Since } from './since.js';

/** What to hear, and when to stop. */
export interface ListenQuery {
  pattern: NamePattern;
  since: Since;
  filter?: (signal: Signal) => boolean;
  /** Ends after so many. */
  count?: number;
  /** Ends when the past is over. */
  pastOnly?: boolean;
}

/**
 * Signals in the journal's order, the past first: it is one sequence, so between past and present there is neither
 * a gap nor a double. Ends on abort, after `count`, or where the past ends.
 */
export async function* listen(bus: Bus, query: ListenQuery, abort: AbortSignal): AsyncGenerator<Recorded> {
  const signals = query.pattern.exact;
  const scope = { afterSeq: await positionOf(bus, query.since), ...(signals === undefined ? {} : { signals }) };
  const heard = query.pastOnly ? past(bus, scope, abort) : bus.follow(scope, abort);
  let left = query.count ?? Number.POSITIVE_INFINITY;
  if (left <= 0) return;
  for await (const recorded of heard) {
    if (!isWanted(query, recorded.signal)) continue;
    keepFrame(recorded.signal, recorded.frame);
    yield recorded;
    left -= 1;
    if (left <= 0) return;
  }
}

function isWanted(query: ListenQuery, signal: Signal): boolean {
  return query.pattern.matches(signal.signal) && (query.filter?.(signal) ?? true);
}

interface Scope {
  afterSeq: number;
  signals?: readonly string[];
}

/** Pages, so that no read of the journal is held open while somebody reads slowly. */
async function* past(bus: Bus, scope: Scope, abort: AbortSignal): AsyncGenerator<Recorded> {
  const newest = await bus.newest();
  for (let afterSeq = scope.afterSeq; !abort.aborted;) {
    const page = await bus.browse({ ...scope, afterSeq });
    for (const recorded of page) if (recorded.seq <= newest) yield recorded;
    const last = page.at(-1);
    if (!last || last.seq >= newest) return;
    afterSeq = last.seq;
  }
}
