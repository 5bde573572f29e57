import type { Observer } from '../../bus/observer.js';
import { openObserver } from '../../bus/open-observer.js';
import { usablePeers } from '../../bus/peers.js';
import type { Config } from '../../config/schema.js';
import { pathsOf } from '../../config/paths.js';
import { stats } from '../flow/stats.js';
import { namePattern } from '../pattern.js';
import { hasJournal } from '../roll-call.js';
import { topologyOf, type Declared, type Topology } from './topology.js';

/** Where to look, and how far back. */
export interface TopologyQuery {
  config: Config;
  daemons: readonly Declared[];
  sinceMs: number;
  nowMs: number;
}

/** The topology of a home as it is; without a journal, as it is declared. */
export async function lookAtTopology(query: TopologyQuery, abort: AbortSignal): Promise<Topology> {
  if (!hasJournal(pathsOf(query.config).journal)) return topologyThrough(undefined, query, abort);
  const observer = openObserver(query.config);
  try {
    return await topologyThrough(observer, query, abort);
  } finally {
    observer.close();
  }
}

/** The same through a journal that is open already, or none. */
export async function topologyThrough(
  observer: Observer | undefined,
  { config, daemons, sinceMs, nowMs }: TopologyQuery,
  abort: AbortSignal,
): Promise<Topology> {
  const declared = { config, daemons, peers: usablePeers(pathsOf(config).peers) };
  if (observer === undefined) return topologyOf({ ...declared, consumers: [], attendants: [], seen: [] });
  const seen = await stats(observer, { range: { sinceMs, untilMs: nowMs }, pattern: namePattern([]) }, abort);
  return topologyOf({ ...declared, consumers: observer.consumers(), attendants: observer.attendants(), seen });
}
