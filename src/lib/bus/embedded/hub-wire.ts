import { isIP } from 'node:net';
import { closeAll } from '../../base/close-all.js';
import { KlorosError } from '../../base/errors.js';
import type { Logger } from '../../base/log.js';
import type { Clock } from '../../base/clock.js';
import { type Endpoints, endpointsOf, ownEndpointOf, pathsOf, unixEndpointsOf } from '../../config/paths.js';
import type { Config } from '../../config/schema.js';
import { ANONYMOUS, peer, type Entrance } from '../../signals/origin.js';
import { labelOf } from './bind-endpoint.js';
import type { Door } from './door.js';
import { Hub } from './hub.js';
import type { Journal } from './journal.js';
import { PeerDoors } from './peer-doors.js';
import { RouterDoor } from './router-door.js';
import { WireGuard } from './wire-guard.js';
import { Publisher } from './wire.js';

/** What the hub's sockets need. */
export interface HubWireOptions {
  config: Config;
  clock: Clock;
  log: Logger;
  /** The hub's daemon name. */
  name: string;
  /** Offsets of the ports that single daemons bind. */
  ownPortOffsets: readonly number[];
}

/** The hub with its sockets. */
export interface HubWire {
  hub: Hub;
  /** Looks once a second which peers were added or removed. */
  tick(): void;
  close(): Promise<void>;
}

/** sockaddr_un holds 108 bytes, the last of them a zero. */
const LONGEST_SOCKET_PATH = 107;

/** Binds the hub's sockets. Throws KlorosError PORT_TAKEN, PUBLIC_ADDRESS and SOCKET_PATH_TOO_LONG. */
export async function openHubWire(options: HubWireOptions, journal: Journal): Promise<HubWire> {
  const { config, clock, log, name } = options;
  refusePublicAddresses(config);
  const guard = new WireGuard({ daemon: name, folder: pathsOf(config).wire, clock, log });
  const [first, ...more] = placesOf(config, log);
  const publisher = await Publisher.bound(boundAt(first.xpub, { log, guard })).catch(async (error: unknown) => {
    await guard.close();
    throw error;
  });
  const publishers = [publisher];
  const doors = [...doorsOf(options, first), ...more.map(({ xsub, from }) => door(config, xsub, from))];
  const hub = new Hub({ name, journal, publisher, clock, log, doors, guard });
  const routers = [first, ...more].map(
    ({ router, from }) => new RouterDoor({ door: door(config, router, from), journal, clock, log, guard }),
  );
  const peers = new PeerDoors({
    ...{ hub, journal, clock, log, guard, path: pathsOf(config).peers },
    maxBytes: config.bus.maxFrameBytes,
  });
  const close = () =>
    closeAll([
      () => peers.close(),
      ...routers.map((router) => () => router.close()),
      () => hub.close(),
      ...publishers.map((one) => () => one.close()),
      () => guard.close(),
    ]);
  try {
    for (const { xpub } of more) {
      const one = await Publisher.bound(boundAt(xpub, { log, guard }));
      publishers.push(one);
      hub.publishTo(one);
    }
    await hub.open();
    for (const router of routers) await router.open();
    await peers.refresh();
  } catch (error) {
    await close();
    throw error;
  }
  return { hub, tick: () => void peers.refresh(), close };
}

type Place = Omit<Endpoints, 'own'> & { from: Entrance };

/** The places where the hub's three sockets are bound, the one that daemons of this home use first. */
function placesOf(config: Config, log: Logger): [Place, ...Place[]] {
  const { transport, anonymous, local } = config.bus;
  const unix = { ...unixEndpointsOf(config), from: peer('local', local) };
  const tcp = { ...endpointsOf(config), from: peer(ANONYMOUS, anonymous) };
  if (transport === 'tcp') return [tcp];
  const tooLong = [unix.xsub, unix.xpub, unix.router].find((endpoint) => pathLength(endpoint) > LONGEST_SOCKET_PATH);
  if (tooLong !== undefined && transport === 'unix') throw pathTooLong(tooLong);
  if (tooLong !== undefined)
    log.warn({ path: tooLong }, 'No Unix sockets are bound: the path of the home is too long for them');
  if (transport === 'unix') return [unix];
  return tooLong === undefined ? [tcp, unix] : [tcp];
}

function doorsOf({ config, ownPortOffsets }: HubWireOptions, { xsub, from }: Place): Door[] {
  const own = ownPortOffsets.flatMap((offset) => ownEndpointOf(config, offset) ?? []);
  return [
    door(config, xsub, from),
    ...own.map((endpoint): Door => ({ ...door(config, endpoint, from), attach: 'connect' })),
  ];
}

function door({ bus: { rate, maxFrameBytes: maxBytes } }: Pick<Config, 'bus'>, endpoint: string, from: Entrance): Door {
  return { endpoint, label: labelOf(endpoint), attach: 'bind', from, rate, maxBytes };
}

function boundAt<T extends object>(endpoint: string, rest: T) {
  return { endpoint, label: labelOf(endpoint), ...rest };
}

function pathLength(endpoint: string): number {
  return Buffer.byteLength(endpoint.slice('ipc://'.length));
}

/** At an address that other machines reach, nobody comes in without a key: that is what peers are for. */
function refusePublicAddresses(config: Config): void {
  const endpoints = endpointsOf(config);
  const { xsub, xpub, router } = endpoints;
  const open = [xsub, xpub, router, endpoints.own(0)].find(
    (endpoint) => endpoint.startsWith('tcp://') && !isLoopback(endpoint),
  );
  if (open === undefined || config.bus.transport === 'unix') return;
  throw new KlorosError({
    code: 'PUBLIC_ADDRESS',
    message: `The bus does not bind ${open}`,
    why: 'other machines reach that address, and its ports ask nobody for a key',
    next: [
      'leave host at 127.0.0.1, and give each peer keys and ports of its own: kloros peer add NAME --host ADDRESS',
    ],
  });
}

function isLoopback(endpoint: string): boolean {
  const host = endpoint.slice('tcp://'.length, endpoint.lastIndexOf(':')).replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

function pathTooLong(endpoint: string): KlorosError {
  return new KlorosError({
    code: 'SOCKET_PATH_TOO_LONG',
    message: 'The Unix sockets of the bus cannot be bound',
    why: `${endpoint.slice('ipc://'.length)} has ${pathLength(endpoint)} bytes, and a socket's path has at most ${LONGEST_SOCKET_PATH}`,
    next: ['choose a home with a shorter path: KLOROS_HOME=<folder>', 'or leave bus.transport at both'],
  });
}
