import { BOUNDS, readWireCounts, WIRE_BOUNDS, type SocketCounts } from '../../bus/wire-counts.js';
import { pathsOf } from '../../config/paths.js';
import type { Family, Sample } from '../family.js';
import type { Collector } from '../view.js';

/** What peers did to the sockets that are bound here. */
export const wire: Collector = {
  name: 'wire',
  collect: async ({ config }) => {
    const counts = await readWireCounts(pathsOf(config).wire);
    return familiesOf(counts.flatMap(({ daemon, sockets }) => sockets.map((socket) => ({ daemon, socket }))));
  },
};

interface Row {
  daemon: string;
  socket: SocketCounts;
}

/** Sockets are those of the configuration and of the peers that were added: nobody outside makes up one. */
function familiesOf(rows: readonly Row[]): Family[] {
  const each = (value: (socket: SocketCounts) => number): Sample[] =>
    rows.map(({ daemon, socket }) => ({ labels: { daemon, socket: socket.label }, value: value(socket) }));
  return [
    {
      name: 'kloros_wire_connections',
      help: 'Connections of a socket',
      type: 'gauge',
      samples: each(({ connections }) => connections),
    },
    {
      name: 'kloros_wire_accepted_total',
      help: 'Connections that a socket accepted since its process began',
      type: 'counter',
      samples: each(({ accepted }) => accepted),
    },
    {
      name: 'kloros_wire_disconnected_total',
      help: 'Connections that ended since its process began: the peer left, or was cut off',
      type: 'counter',
      samples: each(({ disconnected }) => disconnected),
    },
    {
      name: 'kloros_wire_repeated_total',
      help: 'Messages that were taken as one that had come before',
      type: 'counter',
      samples: each(({ repeated }) => repeated),
    },
    {
      name: 'kloros_wire_beyond_bounds_total',
      help: `How often peers went beyond a bound of a socket: ${BOUNDS.map((bound) => `${bound}, ${WIRE_BOUNDS[bound]}`).join('; ')}`,
      type: 'counter',
      samples: rows.flatMap(({ daemon, socket }) =>
        BOUNDS.map((bound) => ({ labels: { daemon, socket: socket.label, bound }, value: socket[bound] })),
      ),
    },
  ];
}
