import { shortName } from '../base/short-name.js';
import type { Config } from './schema.js';

/** A daemon, as far as it matters whether it may rest. */
export interface Activated {
  name: string;
  role?: 'hub';
  activation?: 'always' | 'on-demand';
  handle?: unknown;
  source?: unknown;
  wakes?: unknown;
}

/** Whether a daemon can end while nothing is to be done: who only answers, or can say when it has to look again. */
export function canRest({ role, handle, source, wakes }: Activated): boolean {
  return role !== 'hub' && handle !== undefined && (source === undefined || wakes !== undefined);
}

/**
 * Whether a daemon ends when it has nothing to do, and is started when a signal waits for it or its time has come. The
 * hub carries, and who looks at files by itself cannot say when it has to look again: they cannot.
 */
export function isOnDemand(daemon: Activated, config: Config): boolean {
  if (!canRest(daemon)) return false;
  const { name, activation } = daemon;
  const own = Object.entries(config.activation.daemons).find(([key]) => shortName(key) === shortName(name))?.[1];
  return (own ?? activation ?? config.activation.default) === 'on-demand';
}
