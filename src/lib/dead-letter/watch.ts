import { sleep } from '../base/timers.js';
import type { Clock } from '../base/clock.js';
import type { Bus, Standing } from '../bus/bus.js';

/** A signal that is on its way to a daemon. */
export interface Underway {
  id: string;
  daemon: string;
  signalId: string;
}

/** How long to look, and how often. */
export interface WatchOptions {
  bus: Pick<Bus, 'standing' | 'consumers'>;
  clock: Pick<Clock, 'monotonicMs'>;
  limitMs: number;
  abort: AbortSignal;
  /** Told after each look how many are decided. */
  progress?: (decided: number) => void;
}

const LOOK_EVERY_MS = 100;
const OPEN: ReadonlySet<Standing> = new Set(['waiting', 'running']);

/** Looks until what became of each signal is decided, the time is over, or nobody runs to handle the rest. */
export async function watch(rows: readonly Underway[], options: WatchOptions): Promise<Map<string, Standing>> {
  const { bus, clock, limitMs, abort } = options;
  const untilMs = clock.monotonicMs() + limitMs;
  const standings = new Map<string, Standing>();
  let open = [...rows];
  for (;;) {
    for (const { id, daemon, signalId } of open) standings.set(id, await bus.standing(daemon, signalId));
    open = open.filter(({ id }) => OPEN.has(standings.get(id) ?? 'unknown'));
    options.progress?.(rows.length - open.length);
    const isOver = open.length === 0 || abort.aborted || clock.monotonicMs() >= untilMs;
    if (isOver || !(await anyRuns(bus, open))) return standings;
    await sleep(LOOK_EVERY_MS, abort);
  }
}

async function anyRuns(bus: WatchOptions['bus'], rows: readonly Underway[]): Promise<boolean> {
  const daemons = new Set(rows.map(({ daemon }) => daemon));
  return (await bus.consumers()).some(({ name, pids, paused }) => daemons.has(name) && pids.length > 0 && !paused);
}
