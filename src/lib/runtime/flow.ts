import type { ConsumerStatus } from '../bus/bus.js';

/** What waits in the whole colony, and when anything was last handled. */
export interface Flow {
  waiting: number;
  lastHandledAtMs: number | null;
}

/** Sums up the consumers of a colony; a paused one waits by intent. */
export function flowOf(consumers: readonly ConsumerStatus[]): Flow {
  const active = consumers.filter(({ enabled, paused }) => enabled && !paused);
  const handled = active.flatMap(({ lastHandledAtMs }) => lastHandledAtMs ?? []);
  return {
    waiting: active.reduce((sum, { lag, waiting, running }) => sum + lag + waiting + running, 0),
    lastHandledAtMs: handled.length > 0 ? Math.max(...handled) : null,
  };
}
