import type { Config } from '../config/schema.js';
import type { UnitDaemon } from './layout.js';

/** A daemon of the list, as far as units depend on it. */
export interface ListedDaemon {
  name: string;
  purpose: string;
  role?: 'hub';
  alsoWrites?(config: Config): readonly string[];
}

/** What units need to know of the daemons under this configuration. */
export function unitDaemons(daemons: readonly ListedDaemon[], config: Config): UnitDaemon[] {
  return daemons.map((daemon) => ({
    name: daemon.name,
    purpose: daemon.purpose,
    isHub: daemon.role === 'hub',
    alsoWrites: daemon.alsoWrites?.(config) ?? [],
  }));
}
