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

/**
 * Whether a daemon ends when it has nothing to do, and is started when a signal waits for it. Only who does nothing but
 * answer can: the hub carries, and a source looks by itself at the time or at files.
 */
export function isOnDemand({ name, role, activation, handle, source }: Activated, config: Config): boolean {
  if (role === 'hub' || handle === undefined || source !== undefined) return false;
  const own = Object.entries(config.activation.daemons).find(([key]) => shortName(key) === shortName(name))?.[1];
  return (own ?? activation ?? config.activation.default) === 'on-demand';
}
