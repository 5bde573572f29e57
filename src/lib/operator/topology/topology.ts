import type { ConsumerStatus } from '../../bus/bus.js';
import type { Attendant } from '../../bus/observer.js';
import { peerEndpoints, type Peer } from '../../bus/peers.js';
import { endpointsOf, ownEndpointOf } from '../../config/paths.js';
import type { Config } from '../../config/schema.js';

/** A daemon as it is declared, as far as the flow is concerned. */
export interface Declared {
  name: string;
  portOffset?: number;
  hears: readonly string[];
  says: readonly string[];
  alsoSays?(config: Config): readonly string[];
  role?: 'hub';
}

/** What is declared, and what the journal knows of those who really speak and hear. */
export interface TopologySources {
  config: Config;
  daemons: readonly Declared[];
  /** Registered with the journal, also those that do not run. */
  consumers: readonly ConsumerStatus[];
  attendants: readonly Pick<Attendant, 'name' | 'pid'>[];
  /** Those that have keys, and sockets of their own. */
  peers: ReadonlyMap<string, Peer>;
  /** Who said what lately. */
  seen: readonly { signal: string; source: string; count: number }[];
}

/** Who takes part: a declared daemon, a consumer that is registered and not declared, a peer with keys, or a source that was only seen. */
export interface Member {
  name: string;
  kind: 'hub' | 'daemon' | 'consumer' | 'peer';
  /** Processes that live, where they are known; a peer's are not. */
  pids: number[];
  /** Ports that it binds; of a peer with keys those that the hub binds for it. */
  ports: number[];
  /** What a peer with keys may cause. */
  level?: Peer['level'];
  hears: string[];
  /** Declared to be said. */
  says: string[];
  /** Said lately, with how often. */
  said: Record<string, number>;
  /** Signals that the journal keeps for it. */
  kept: number;
}

/** What flows from one member to another. */
export interface Link {
  from: string;
  /** Null where nobody hears it. */
  to: string | null;
  signals: string[];
}

/** Who says and hears what. */
export interface Topology {
  members: Member[];
  links: Link[];
}

/** Puts together what is declared, registered and seen. */
export function topologyOf(sources: TopologySources): Topology {
  const { daemons, consumers, seen } = sources;
  const declared = daemons.map((daemon) => declaredMember(daemon, sources));
  const names = new Set(declared.map(({ name }) => name));
  const registered = consumers.filter(({ name, enabled }) => enabled && !names.has(name)).map(registeredMember);
  for (const { name } of registered) names.add(name);
  const peers = [...new Set(seen.map(({ source }) => source))].filter((name) => !names.has(name)).map(peerMember);
  const keyed = [...sources.peers].map(([name, peer]) => keyedMember(name, peer));
  const members = [...declared, ...registered, ...keyed, ...peers].map((member) => ({
    ...member,
    said: saidBy(member.name, seen),
  }));
  return { members, links: linksOf(members) };
}

/** Declared or seen. */
export function saysOf({ says, said }: Pick<Member, 'says' | 'said'>): string[] {
  return [...new Set([...says, ...Object.keys(said)])].sort();
}

function declaredMember(daemon: Declared, { config, attendants, consumers }: TopologySources): Omit<Member, 'said'> {
  const { name, role, portOffset } = daemon;
  const { xsub, xpub, router } = endpointsOf(config);
  const own = ownEndpointOf(config, portOffset);
  const doors = role === 'hub' ? [xsub, xpub, router] : own === undefined ? [] : [own];
  const living = attendants.filter((attendant) => attendant.name === name).map(({ pid }) => pid);
  const registered = consumers.find((consumer) => consumer.name === name);
  return {
    ...{ name, kind: role === 'hub' ? 'hub' : 'daemon', pids: living },
    ports: doors.map(portOf),
    kept: registered === undefined ? 0 : keptFor(registered),
    // What runs may be older or newer than what is declared here.
    hears: [...new Set([...daemon.hears, ...(registered?.hears ?? [])])],
    says: [...new Set([...daemon.says, ...(daemon.alsoSays?.(config) ?? [])])],
  };
}

function registeredMember(consumer: ConsumerStatus): Omit<Member, 'said'> {
  const { name, hears, pids } = consumer;
  return { name, kind: 'consumer', pids, ports: [], hears, says: [], kept: keptFor(consumer) };
}

/** Named by its origin: a source's name is its own word, and may be any. */
function keyedMember(name: string, peer: Peer): Omit<Member, 'said'> {
  return { ...peerMember(`peer:${name}`), level: peer.level, ports: Object.values(peerEndpoints(peer)).map(portOf) };
}

function peerMember(name: string): Omit<Member, 'said'> {
  return { name, kind: 'peer', pids: [], ports: [], hears: [], says: [], kept: 0 };
}

function keptFor({ lag, waiting }: ConsumerStatus): number {
  return lag + waiting;
}

/** Port of an endpoint, `tcp://127.0.0.1:7776`. */
function portOf(endpoint: string): number {
  return Number(endpoint.split(':').at(-1));
}

function saidBy(name: string, seen: TopologySources['seen']): Record<string, number> {
  return Object.fromEntries(seen.filter(({ source }) => source === name).map(({ signal, count }) => [signal, count]));
}

function linksOf(members: readonly Member[]): Link[] {
  return members.flatMap((from) => {
    const signals = saysOf(from);
    const heard = members.flatMap((to): Link[] => {
      const common = signals.filter((signal) => to.hears.includes(signal));
      return common.length === 0 ? [] : [{ from: from.name, to: to.name, signals: common }];
    });
    const unheard = signals.filter((signal) => !members.some(({ hears }) => hears.includes(signal)));
    return unheard.length === 0 ? heard : [...heard, { from: from.name, to: null, signals: unheard }];
  });
}
