import type { Observer, TimeRange } from '../../bus/observer.js';

/** What the journal's own order says of a stretch of time. */
export interface Order {
  /** Positions of the first and the last signal; null where there is none. */
  first: number | null;
  last: number | null;
  /** Positions in between that nobody has. */
  missing: number;
  holes: { from: number; to: number }[];
  /** Signals that are journalled and not yet published by the hub: the wire's own gap. */
  unpublished: number;
}

const STEP = 20_000;

/** Holes in the positions, and how far the wire is behind. */
export function orderOf(observer: Observer, range: TimeRange): Order {
  const window = observer.window(range);
  const unpublished = Math.max(0, observer.newest() - observer.published());
  if (window === undefined) return { first: null, last: null, missing: 0, holes: [], unpublished };
  const holes: Order['holes'] = [];
  for (let first = window.first; first < window.last; first += STEP)
    holes.push(...observer.holes({ first, last: Math.min(window.last, first + STEP) }));
  const missing = holes.reduce((sum, { from, to }) => sum + to - from + 1, 0);
  return { ...window, missing, holes, unpublished };
}
