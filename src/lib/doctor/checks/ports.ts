import { portHolder } from '../../base/port-holder.js';
import { endpointsOf, MOVE_PORTS } from '../../config/paths.js';
import type { Finding } from '../../base/finding.js';
import type { DoctorCheck, DoctorView, Member } from '../finding.js';
import { topologyFindings } from '../topology.js';

interface Door {
  /** Who should bind it. */
  daemon: string;
  endpoint: string;
}

const LOOPBACK = /^tcp:\/\/(?:127\.|localhost|\[::1\])/;

/** Where the bus is bound. */
export const ports: DoctorCheck = {
  name: 'ports',
  asks: 'whether each port of the bus is free or held by its daemon, and no two daemons share one',
  codes: ['PORT_SHARED', 'PORT_HELD_BY_OTHER', 'BUS_OPEN_TO_NETWORK'],
  look: async (view) => {
    const doors = doorsOf(view);
    return [...(await topologyFindings(view, ['PORT_SHARED'])), ...held(doors, view), ...open(doors)];
  },
};

function doorsOf({ config, members }: DoctorView): Door[] {
  const endpoints = endpointsOf(config);
  const { xsub, xpub, router } = endpoints;
  const hub = members.find(({ isHub }) => isHub)?.name ?? 'the hub';
  const owns = members.flatMap(({ name, portOffset }: Member) =>
    portOffset === undefined ? [] : [{ daemon: name, endpoint: endpoints.own(portOffset) }],
  );
  return [...[xsub, xpub, router].map((endpoint) => ({ daemon: hub, endpoint })), ...owns];
}

function portOf({ endpoint }: Door): number {
  return Number(endpoint.split(':').at(-1));
}

function held(doors: readonly Door[], { journal }: DoctorView): Finding[] {
  const own = new Set((journal()?.attendants() ?? []).map(({ pid }) => pid));
  return doors.flatMap((door) => {
    const holder = portHolder(portOf(door));
    if (holder === undefined || own.has(holder.pid)) return [];
    return {
      code: 'PORT_HELD_BY_OTHER',
      level: 'problem' as const,
      what: `Port ${portOf(door)} of ${door.daemon} is held by process ${holder.pid}: ${holder.command.slice(0, 120)}`,
      why: 'that process is not of this colony, and the daemon cannot start',
      next: [`end it: kill ${holder.pid}`, `or move this colony: ${MOVE_PORTS}`],
    };
  });
}

function open(doors: readonly Door[]): Finding[] {
  const exposed = doors.filter(({ endpoint }) => endpoint.startsWith('tcp:') && !LOOPBACK.test(endpoint));
  if (exposed.length === 0) return [];
  return [
    {
      code: 'BUS_OPEN_TO_NETWORK',
      level: 'warning',
      what: `The bus listens beyond this machine: ${exposed.map(({ endpoint }) => endpoint).join(', ')}`,
      why: 'whoever reaches it can say any signal: it asks nobody for a password',
      next: ['kloros config show host', 'set host to 127.0.0.1, or let a firewall decide who reaches it'],
    },
  ];
}
