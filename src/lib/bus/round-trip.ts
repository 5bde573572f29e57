import { systemClock } from '../base/clock.js';
import { endpointsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { idMaker } from '../signals/id.js';
import { mint } from '../signals/mint.js';
import { roundTrip } from './embedded/round-trip.js';

/** Name of the signal that a round trip says; nobody of the colony hears it. */
export const PROBE_SIGNAL = 'HEALTH_PROBE';

/** Milliseconds that a signal takes from a peer through the hub and its journal to a peer; undefined: it did not come back. */
export function busRoundTrip(
  config: Pick<Config, 'home' | 'host' | 'portBase' | 'hub' | 'bus'>,
  timeoutMs: number,
): Promise<number | undefined> {
  const nextId = idMaker(Math.random);
  const { xsub, xpub } = endpointsOf(config);
  const probe = () => {
    const nowMs = systemClock.nowMs();
    return mint({ signal: PROBE_SIGNAL, facts: {} }, { id: nextId(nowMs), source: 'operator', nowMs });
  };
  return roundTrip({ xsub, xpub, timeoutMs, probe, clock: systemClock });
}
