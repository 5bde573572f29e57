import { endpointsOf, ownEndpointOf, pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import type { Member } from './colony.js';
import { logPath } from './log-files.js';

/** A daemon that may be started, with the port of its own that it binds. */
export interface PlannedMember extends Member {
  portOffset?: number;
}

/** What `up` would start. */
export interface UpPlan {
  home: string;
  journal: string;
  control: string;
  /** In the order of their start; the hub's are those of the whole colony. */
  daemons: { name: string; binds: string[]; log: string | null }[];
}

/** What a supervisor would start, with the endpoints and files that it would use; nothing is touched. */
export function planOf(members: readonly PlannedMember[], config: Config, detached: boolean): UpPlan {
  const { journal, control, logs } = pathsOf(config);
  const endpoints = endpointsOf(config);
  const bindsOf = ({ role, portOffset }: PlannedMember) => {
    if (role === 'hub') return [endpoints.xsub, endpoints.xpub, endpoints.router];
    const own = ownEndpointOf(config, portOffset);
    return own === undefined ? [] : [own];
  };
  const ordered = [...members].sort((a, b) => Number(b.role === 'hub') - Number(a.role === 'hub'));
  const daemons = ordered.map((member) => ({
    name: member.name,
    binds: bindsOf(member),
    log: detached ? logPath(logs, member.name) : null,
  }));
  return { home: config.home, journal, control, daemons };
}
