import { Request, XPublisher } from 'zeromq';
import type { Bus } from '../../src/lib/bus/bus.js';
import { endpointsOf, OWN_PORT_OFFSETS, unixEndpointsOf, type Endpoints } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { until } from './colony.js';

/** The two frames of a message. */
export type Message = [name: string, envelope: string];

/** A place at which programs that are none of the colony's come in. */
export interface StrangersDoor {
  /** By which name the colony knows who comes in there. */
  identity: 'anonymous' | 'local';
  send(config: Config, messages: readonly Message[]): Promise<void>;
}

/** Publishers there need the daemon's place: it must not run. */
const ownPorts = OWN_PORT_OFFSETS.map((offset): [string, StrangersDoor] => [
  `port_${7_776 + offset}`,
  { identity: 'anonymous', send: (config, messages) => publishBound(endpointsOf(config).own(offset), messages) },
]);

/** Every door, by a name that may stand in names of files. */
export const DOORS: ReadonlyMap<string, StrangersDoor> = new Map<string, StrangersDoor>([
  ['port_7776', { identity: 'anonymous', send: connected(endpointsOf, publishAt) }],
  ['port_7782', { identity: 'anonymous', send: connected(endpointsOf, askAt) }],
  ...ownPorts,
  ['unix_publisher', { identity: 'local', send: connected(unixEndpointsOf, publishAt) }],
  ['unix_asker', { identity: 'local', send: connected(unixEndpointsOf, askAt) }],
]);

/** As a stranger writes it: he claims to be the colony's own daemon, and to have the operator's right. */
export function forged(name: string, facts: object, incident: string | null = null): Message {
  const claims = { source: 'dream_consumer_daemon', origin: 'colony', authority: 'colony', level: 'act' };
  return [name, JSON.stringify({ signal: name, ...claims, cause_id: null, incident_id: incident, facts })];
}

/** Sends at a door, and waits until all of it is in the journal. */
export async function sendAll(
  { config, bus }: { config: Config; bus: Bus },
  door: StrangersDoor,
  messages: readonly Message[],
): Promise<void> {
  const afterSeq = await bus.newest();
  await door.send(config, messages);
  const wanted = new Set(messages.map(([, envelope]) => envelope));
  const journalled = async () => {
    for await (const { frame } of everything(bus, afterSeq)) wanted.delete(frame.toString());
    return wanted.size === 0;
  };
  await until('all of it is in the journal', journalled);
}

/** All that is in the journal after a position. */
async function* everything(bus: Bus, afterSeq = 0) {
  for (let seq = afterSeq, page = await bus.browse({ afterSeq }); page.length > 0;) {
    yield* page;
    seq = page.at(-1)?.seq ?? seq;
    page = await bus.browse({ afterSeq: seq });
  }
}

type Send = (at: Pick<Endpoints, 'xsub' | 'router'>, messages: readonly Message[]) => Promise<void>;

function connected(endpoints: (config: Config) => Pick<Endpoints, 'xsub' | 'router'>, send: Send) {
  return (config: Config, messages: readonly Message[]) => send(endpoints(config), messages);
}

async function askAt({ router }: { router: string }, messages: readonly Message[]): Promise<void> {
  const socket = new Request({ linger: 0 });
  socket.connect(router);
  for (const message of messages) {
    await socket.send(message);
    const [answer] = await socket.receive();
    const { status } = JSON.parse(String(answer)) as { status: string };
    if (status !== 'accepted') throw new Error(`${message[0]}: ${String(answer)}`);
  }
  socket.close();
}

async function publishAt({ xsub }: { xsub: string }, messages: readonly Message[]): Promise<void> {
  const socket = publisher();
  socket.connect(xsub);
  await publish(socket, messages);
}

async function publishBound(endpoint: string, messages: readonly Message[]): Promise<void> {
  const socket = publisher();
  await socket.bind(endpoint);
  await publish(socket, messages);
}

const publisher = () => new XPublisher({ linger: 5_000 });

async function publish(socket: XPublisher, messages: readonly Message[]): Promise<void> {
  await socket.receive(); // The hub has subscribed.
  for (const message of messages) await socket.send(message);
  socket.close();
}
