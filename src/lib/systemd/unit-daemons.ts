import { isOnDemand, type Activated } from '../config/activation.js';
import type { Credential } from '../config/credentials.js';
import type { Config } from '../config/schema.js';
import type { UnitDaemon } from './layout.js';
import { reachOf } from './reach.js';

/** A daemon of the list, as far as units depend on it. */
export interface ListedDaemon extends Activated {
  purpose: string;
  alsoWrites?(config: Config): readonly string[];
  connectsTo?(config: Config): readonly string[];
  credentials?(config: Config): readonly Credential[];
}

/** What units need to know of the daemons under this configuration. */
export function unitDaemons(daemons: readonly ListedDaemon[], config: Config): UnitDaemon[] {
  return daemons.map((daemon) => ({
    name: daemon.name,
    purpose: daemon.purpose,
    isHub: daemon.role === 'hub',
    isOnDemand: isOnDemand(daemon, config),
    alsoWrites: daemon.alsoWrites?.(config) ?? [],
    credentials: daemon.credentials?.(config) ?? [],
    reach: reachOf(config, daemon.connectsTo?.(config) ?? []),
  }));
}
