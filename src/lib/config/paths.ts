import { join } from 'node:path';
import type { Config } from './schema.js';

/** Every file of an installation, from its home (formats.md). */
export interface Paths {
  journal: string;
  /** Up to when time has surely passed, for whoever removes what is old. */
  seenTime: string;
  intents: string;
  quarantine: string;
  investigations: string;
  investigationIndex: string;
  evidence: string;
  capabilities: string;
  backups: string;
  failedSignals: string;
  failedSignalsArchive: string;
  /** While this file is there, nothing new is taken up. */
  maintenance: string;
  /** Replays of dead letters that are not finished. */
  replays: string;
  promotions: string;
  policies: string;
  policyDecisions: string;
  healing: string;
  /** Experiments of D-REAM. */
  dream: string;
  /** Cycles of D-REAM, each in a folder of its own. */
  dreamLab: string;
  /** What the flight recorder kept. */
  flights: string;
  cache: string;
  run: string;
  /** Modules that are made to be asked about, and nothing else of them. */
  probes: string;
  /** What the supervisor knows of its daemons. */
  chronicle: string;
  /** What each daemon has counted of its work. */
  figures: string;
  /** What each process that binds ports has counted of its peers. */
  wire: string;
  /** Signals that were counted for the exporter. */
  signalTotals: string;
  /** Up to where each collector has taken the signals as spans. */
  otlp: string;
  /** Socket at which a supervisor is told what to start and stop. */
  control: string;
  /** A file in it, named after a daemon, says that a signal waits for it. */
  wake: string;
  /** A file in it, named after a daemon that rests, says when that has work of its own. */
  rest: string;
  /** What became of each daemon's last reload. */
  reloads: string;
  /** What the daemons of a detached supervisor write. */
  logs: string;
  /** Peers with keys of their own, and the keys by which they know this colony. */
  peers: string;
  /** Sockets for programs of whoever may open this folder. */
  busSockets: string;
  /** What was installed for systemd, and what it replaced. */
  systemd: string;
}

/** Where the hub leaves word that a daemon has something to do. */
export function wakeFolderOf(home: string): string {
  return join(home, 'run', 'wake');
}

/** Where this colony keeps what. */
export function pathsOf(config: Pick<Config, 'home' | 'capabilitiesPath'>): Paths {
  const at = (...parts: string[]) => join(config.home, ...parts);
  return {
    journal: at('journal', 'signals.db'),
    seenTime: at('journal', 'seen-time.json'),
    intents: at('intents'),
    quarantine: at('intents_quarantine'),
    investigations: at('curiosity_investigations.jsonl'),
    investigationIndex: at('index', 'investigations.db'),
    evidence: at('evidence'),
    capabilities: config.capabilitiesPath,
    backups: at('backups'),
    failedSignals: at('failed_signals.jsonl'),
    failedSignalsArchive: at('failed_signals.archive.jsonl'),
    maintenance: at('maintenance_mode'),
    replays: at('run', 'replays'),
    promotions: at('dream_lab', 'promotions'),
    policies: at('policies.yaml'),
    policyDecisions: at('policy_decisions.jsonl'),
    healing: at('healing.yaml'),
    dream: at('dream.yaml'),
    dreamLab: at('dream_lab'),
    flights: at('recordings'),
    cache: at('cache'),
    run: at('run'),
    probes: at('run', 'probes'),
    chronicle: at('run', 'supervisor.json'),
    figures: at('run', 'figures'),
    wire: at('run', 'wire'),
    signalTotals: at('run', 'signal-totals.json'),
    otlp: at('run', 'otlp'),
    control: at('run', 'supervisor.sock'),
    wake: wakeFolderOf(config.home),
    rest: at('run', 'rest'),
    reloads: at('run', 'reloads'),
    logs: at('logs'),
    peers: at('peers.json'),
    busSockets: at('run', 'bus'),
    systemd: at('systemd.json'),
  };
}

/** Offsets from the port base of the ports that single daemons bind (D4): 7778 to 7781 by default. */
export const OWN_PORT_OFFSETS: readonly number[] = [2, 3, 4, 5];

/** Offsets of the hub's ports: XSUB, XPUB and ROUTER. */
export const HUB_PORT_OFFSETS: readonly [xsub: number, xpub: number, router: number] = [0, 1, 6];

/** Ports in a row that a colony uses. */
export const PORT_COUNT = 7;

/** What lets a colony run beside whatever holds its ports. */
export const MOVE_PORTS = 'KLOROS_PORT_BASE=<first of seven free ports>';

/** Endpoints of the wire (D4). */
export interface Endpoints {
  /** Publishers connect here. */
  xsub: string;
  /** Subscribers connect here. */
  xpub: string;
  /** Publishers that want an answer connect here. */
  router: string;
  /** A daemon's own port, by its offset. */
  own: (offset: number) => string;
}

/** Where the sockets of this colony are. */
export function endpointsOf(config: Pick<Config, 'home' | 'host' | 'portBase' | 'hub' | 'bus'>): Endpoints {
  const own = (offset: number) => `tcp://${config.host}:${config.portBase + offset}`;
  const [xsub, xpub, router] = HUB_PORT_OFFSETS;
  if (config.bus.transport === 'unix') return { ...unixEndpointsOf(config), own };
  return {
    xsub: config.hub.xsub ?? own(xsub),
    xpub: config.hub.xpub ?? own(xpub),
    router: config.hub.router ?? own(router),
    own,
  };
}

/** Where a daemon alone is heard; undefined where it has no port of its own, or no ports are bound at all. */
export function ownEndpointOf(
  config: Parameters<typeof endpointsOf>[0],
  offset: number | undefined,
): string | undefined {
  return offset === undefined || config.bus.transport === 'unix' ? undefined : endpointsOf(config).own(offset);
}

/** The hub's sockets for programs of whoever may open their folder. */
export function unixEndpointsOf({ home }: Pick<Config, 'home'>): Omit<Endpoints, 'own'> {
  const at = (name: string) => `ipc://${join(home, 'run', 'bus', name)}`;
  return { xsub: at('xsub'), xpub: at('xpub'), router: at('router') };
}
