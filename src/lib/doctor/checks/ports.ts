import { isEphemeral, portAdvice, portUse, portWords } from '../../base/port-holder.js';
import { peerEndpoints, usablePeers } from '../../bus/peers.js';
import { endpointsOf, MOVE_PORTS, ownEndpointOf, pathsOf } from '../../config/paths.js';
import type { Finding } from '../../base/finding.js';
import type { DoctorCheck, DoctorView, Member } from '../finding.js';
import { topologyFindings } from '../topology.js';

interface Door {
  /** Whoever has no key is not let in. */
  hasKeys?: true;
  /** Who should bind it. */
  daemon: string;
  endpoint: string;
}

const LOOPBACK = /^tcp:\/\/(?:127\.|localhost|\[::1\])/;

/** Where the bus is bound. */
export const ports: DoctorCheck = {
  name: 'ports',
  asks: 'whether each port of the bus is free or held by its daemon, and no two daemons or programs share one',
  codes: ['PORT_SHARED', 'PORT_HELD_BY_OTHER', 'BUS_OPEN_TO_NETWORK', 'PORTS_CHOSEN_BY_KERNEL'],
  look: async (view) => {
    const doors = doorsOf(view);
    return [...(await topologyFindings(view, ['PORT_SHARED'])), ...held(doors, view), ...open(doors), ...chosen(doors)];
  },
};

function doorsOf({ config, members }: DoctorView): Door[] {
  const { xsub, xpub, router } = endpointsOf(config);
  const hub = members.find(({ isHub }) => isHub)?.name ?? 'the hub';
  const owns = members.flatMap(({ name, portOffset }: Member) => {
    const endpoint = ownEndpointOf(config, portOffset);
    return endpoint === undefined ? [] : [{ daemon: name, endpoint }];
  });
  const peers = [...usablePeers(pathsOf(config).peers)].flatMap(([name, peer]) =>
    Object.values(peerEndpoints(peer)).map((endpoint) => ({
      daemon: `peer ${name}`,
      endpoint,
      hasKeys: true as const,
    })),
  );
  return [...[xsub, xpub, router].map((endpoint) => ({ daemon: hub, endpoint })), ...owns, ...peers];
}

function portOf({ endpoint }: Door): number {
  return Number(endpoint.split(':').at(-1));
}

function held(doors: readonly Door[], { journal }: DoctorView): Finding[] {
  const own = new Set((journal()?.attendants() ?? []).map(({ pid }) => pid));
  return doors.flatMap((door) => {
    const use = portUse(portOf(door));
    if (use === undefined || use.kind === 'closing' || own.has(use.holder?.pid ?? 0)) return [];
    if (use.kind === 'listens' && use.holder === undefined) return []; // It may be of this colony, by another user.
    return {
      code: 'PORT_HELD_BY_OTHER',
      level: 'problem' as const,
      what: `Port ${portOf(door)} of ${door.daemon} is taken: ${portWords(use)}`,
      why: door.hasKeys
        ? 'it is not this colony that has it, and the peer reaches nobody there'
        : 'it is not this colony that has it, and the daemon cannot start',
      next: [
        ...portAdvice(portOf(door), use),
        door.hasKeys
          ? 'or give it other ports: kloros peer add NAME --replace --port PORT'
          : `or move this colony: ${MOVE_PORTS}`,
      ],
    };
  });
}

/** Any program's connection may have such a port in the moment in which its daemon starts. */
function chosen(doors: readonly Door[]): Finding[] {
  const ports = doors
    .filter(({ endpoint }) => endpoint.startsWith('tcp:'))
    .map(portOf)
    .filter(isEphemeral);
  if (ports.length === 0) return [];
  const [first, last] = [Math.min(...ports), Math.max(...ports)];
  return [
    {
      code: 'PORTS_CHOSEN_BY_KERNEL',
      level: 'warning',
      what: `The kernel gives ports of the bus to outgoing connections: ${[...new Set(ports)].join(', ')}`,
      why: 'they lie in net.ipv4.ip_local_port_range: a client of any program may have one when its daemon starts',
      next: [MOVE_PORTS, `or keep them: sysctl net.ipv4.ip_local_reserved_ports=${first}-${last}`],
    },
  ];
}

function open(doors: readonly Door[]): Finding[] {
  const exposed = doors.filter(
    ({ endpoint, hasKeys }) => hasKeys === undefined && endpoint.startsWith('tcp:') && !LOOPBACK.test(endpoint),
  );
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
