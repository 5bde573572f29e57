import { portHolder } from '../../base/port-holder.js';
import { endpointsOf, MOVE_PORTS } from '../../config/paths.js';
import type { DoctorCheck, DoctorView, Finding, Member } from '../finding.js';

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
    return [...shared(doors), ...held(doors, view), ...open(doors)];
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

function shared(doors: readonly Door[]): Finding[] {
  return doors.flatMap((door, index) => {
    const other = doors.slice(0, index).find((one) => portOf(one) === portOf(door));
    if (other === undefined) return [];
    return {
      code: 'PORT_SHARED',
      level: 'problem' as const,
      what: `Port ${portOf(door)} is meant for ${other.daemon} and for ${door.daemon}`,
      why: 'two publishers cannot bind one port: the second of them ends at once, again and again',
      next: ['kloros config show hub', 'leave the endpoints of hub to portBase, or give them ports of their own'],
    };
  });
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
