import { sleep } from '../../base/timers.js';
import type { Clock } from '../../base/clock.js';
import { TokenBucket } from '../../base/token-bucket.js';
import type { Entrance } from '../../signals/origin.js';
import type { CurveOptions } from './curve.js';

/** A place where others send, and who comes in by it: what is sent decides neither. */
export interface Door {
  endpoint: string;
  /** What people call it. */
  label: string;
  attach: 'bind' | 'connect';
  from: Entrance;
  /** Bytes of the largest message, all its frames; of a larger one is kept what it was. */
  maxBytes: number;
  /** Signals a second; more of them wait in the socket and at their sender. Null is no limit. */
  rate: number | null;
  /** Whether a name may be emitted here; all may where it is absent. */
  takes?: (name: string) => boolean;
  /** Keys of a door that is one peer's. */
  curve?: CurveOptions;
}

/** Why a door does not let a name in, in the list of refusals. */
export const NAME_REFUSED = 'name';

/** Waits before each message of a door as its rate wants it. */
export function paceOf({ rate }: Pick<Door, 'rate'>, clock: Pick<Clock, 'monotonicMs'>): () => Promise<void> {
  if (rate === null) return async () => undefined;
  const bucket = new TokenBucket(rate, clock);
  return async () => {
    const waitMs = bucket.take();
    if (waitMs >= 1) await sleep(waitMs);
  };
}
