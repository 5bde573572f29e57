import { after } from '../base/timers.js';
import type { Clock } from '../base/clock.js';
import type { RunningDaemon } from './run-options.js';

/** How long at least, each in milliseconds. */
export interface Least {
  /** Without anything in its hands. */
  idleMs: number;
  /** From now on, whatever it has in its hands. */
  leastRunMs: number;
}

/** Resolves when a daemon has had nothing to do for so long, has run for as long as it must, and loses nothing by ending. */
export function untilIdle(
  daemon: Pick<RunningDaemon, 'restingMs' | 'stays'>,
  { idleMs, leastRunMs }: Least,
  clock: Pick<Clock, 'monotonicMs'>,
): Promise<'idle'> {
  const startMs = clock.monotonicMs();
  return new Promise((resolve, reject) => {
    const look = async () => {
      const ranMs = clock.monotonicMs() - startMs;
      const leftMs = Math.max(idleMs - daemon.restingMs(), leastRunMs - ranMs);
      if (leftMs > 0) lookIn(leftMs);
      else if (await daemon.stays()) lookIn(idleMs);
      else resolve('idle');
    };
    const lookIn = (ms: number) => void after(ms, () => void look().catch(reject)).unref();
    look().catch(reject);
  });
}
