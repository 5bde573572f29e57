import { shortName } from '../base/short-name.js';
import type { Config } from './schema.js';

/** A daemon, as far as it matters whether it may rest. */
export interface Activated {
  name: string;
  role?: 'hub';
  activation?: 'always' | 'on-demand';
  handle?: unknown;
  source?: unknown;
}

/** Whether a daemon can end while nothing is to be done: only who does nothing but answer. */
export function canRest({ role, handle, source }: Activated): boolean {
  return role !== 'hub' && handle !== undefined && source === undefined;
}

/**
 * Whether a daemon ends when it has nothing to do, and is started when a signal waits for it. The hub carries, and a
 * source looks by itself at the time or at files: they cannot.
 */
export function isOnDemand(daemon: Activated, config: Config): boolean {
  if (!canRest(daemon)) return false;
  const { name, activation } = daemon;
  const own = Object.entries(config.activation.daemons).find(([key]) => shortName(key) === shortName(name))?.[1];
  return (own ?? activation ?? config.activation.default) === 'on-demand';
}
