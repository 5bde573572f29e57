import type { Clock } from '../base/clock.js';
import type { RunningDaemon } from './run-options.js';

/** How long at least, each in milliseconds. */
export interface Least {
  /** Without anything in its hands. */
  idleMs: number;
  /** From now on, whatever it has in its hands. */
  leastRunMs: number;
}

/** Resolves when a daemon has had nothing to do for so long, and has run for as long as it must. */
export function untilIdle(
  daemon: Pick<RunningDaemon, 'restingMs'>,
  { idleMs, leastRunMs }: Least,
  clock: Pick<Clock, 'monotonicMs'>,
): Promise<'idle'> {
  const startMs = clock.monotonicMs();
  return new Promise((resolve) => {
    const look = () => {
      const ranMs = clock.monotonicMs() - startMs;
      const leftMs = Math.max(idleMs - daemon.restingMs(), leastRunMs - ranMs);
      if (leftMs <= 0) resolve('idle');
      else setTimeout(look, leftMs).unref();
    };
    look();
  });
}
