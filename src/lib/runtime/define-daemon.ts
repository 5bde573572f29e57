import type { Logger } from '../base/log.js';
import { own } from '../base/own.js';
import type { Clock } from '../base/clock.js';
import type { Credential } from '../config/credentials.js';
import type { Config } from '../config/schema.js';
import type { Draft, Signal } from '../signals/envelope.js';
import type { JournalView, Said, StartFrom } from '../bus/bus.js';
import type { Acceptance, Entrance } from '../signals/origin.js';
import type { ColonyDoor } from './colony-door.js';
import type { Flow } from './flow.js';

/** What every part of a daemon is given: nothing reads the clock, the environment or a random source by itself (D7). */
export interface DaemonEnv {
  /** Daemon's name. */
  name: string;
  config: Config;
  log: Logger;
  clock: Clock;
  /** 0 ≤ x < 1. */
  random: () => number;
  /** What this daemon kept with `state:` in what it said, or what of it begins so; a snapshot, keyed as written. */
  state(prefix?: string): Promise<Record<string, unknown>>;
  /** What waits in the whole colony, and when anything was last handled. */
  flow(): Promise<Flow>;
  /** What may be read of the journal. */
  journal: JournalView;
  /** What may be done to other daemons. */
  colony: ColonyDoor;
}

/** What a source is given. */
export interface SourceEnv extends DaemonEnv {
  /**
   * Resolves when something may be said: no maintenance, no pause, room in the queues, or the daemon stops. A source that asks before it
   * looks says nothing that was seen long ago; one that does not is held all the same, with what it has said.
   */
  ready: () => Promise<void>;
}

/** One attempt's surroundings. */
export interface Attempt extends DaemonEnv {
  /** By which door the signal came in. */
  from: Entrance;
  /** When the journal took it, epoch milliseconds; how long it waited goes by this, since its timestamp is its publisher's. */
  receivedAtMs: number;
  /** Aborted at the daemon's time limit and at shutdown; stop and throw. */
  abort: AbortSignal;
  /** 1 on the first. */
  attempt: number;
  /** Fence for outside effects; grows with every claim. */
  token: number;
  /** Id that the signal at this position of the answer will have, for who waits for what it leads to. */
  idOf(position: number): string;
  /**
   * Notes durably that an effect outside of the journal begins now, and answers what an earlier attempt noted whose end
   * nobody knows; undefined where there was none.
   */
  begin(note: object): Promise<unknown>;
}

/** What a handler answers: nothing, signals, or signals with state and dead letters. */
export type Answer = Said | Draft[] | void;

/** What a source yields: it is committed, then `committed` runs (e.g. deletes the file). */
export interface SourceBatch extends Said {
  committed?: () => Promise<void>;
}

/** What a daemon does; a module of its own may hold it (later.ts). */
export interface DaemonWork<R> {
  /**
   * Lets a daemon rest that looks at the time by itself. Asked before it ends because it is idle, and once more when its
   * last handler has ended: when it has to be started if no signal does it before, or that it stays.
   */
  wakes?(env: DaemonEnv): Promise<NextWake>;
  /** Opens what the handler needs (worker pools, stores). */
  open?(env: DaemonEnv): Promise<R>;
  close?(resources: R): Promise<void>;
  handle?(signal: Signal, attempt: Attempt, resources: R): Promise<Answer> | Answer;
  source?(env: SourceEnv, abort: AbortSignal, resources: R): AsyncIterable<SourceBatch>;
}

/**
 * A daemon as data plus a handler (D6).
 * It never publishes, acknowledges, catches, retries or logs receipt: the runtime does.
 */
export interface DaemonDefinition<R = undefined> extends DaemonWork<R> {
  name: string;
  /** One line, for people. */
  purpose: string;
  /** Offset from the port base of the port it binds, 2 to 5 (D4); absent: it publishes through the hub. */
  portOffset?: number;
  hears: readonly string[];
  says: readonly string[];
  /**
   * From whom it takes a name. Where it says nothing: what it says itself, a step of its own work, from the colony
   * alone; everything else from `act`.
   */
  accepts?: Readonly<Record<string, Acceptance>>;
  /** Further names that the configuration makes it say, e.g. those of an operator's routes. */
  alsoSays?(config: Config): readonly string[];
  from?: StartFrom;
  /** Handlers at once, default 1. A function reads the configuration. */
  concurrency?: number | ((config: Config) => number);
  /** Limit of one attempt, default 30,000. A function reads the configuration. */
  timeoutMs?: number | ((config: Config) => number);
  /** Default 5. */
  maxAttempts?: number;
  ordered?: boolean;
  urgentFirst?: boolean;
  /** Its source waits while more than delivery.queueLimit signals wait for one of those who hear it. */
  throttled?: boolean;
  activation?: 'always' | 'on-demand';
  /** Folders besides the home that it changes; a sandbox lets it write nowhere else. */
  alsoWrites?(config: Config): readonly string[];
  /** Endpoints besides the wire that it speaks with, e.g. of a model; a sandbox lets it leave this machine for no other. */
  connectsTo?(config: Config): readonly string[];
  /** Secrets that it needs under this configuration; a service manager gives them to it and to nobody else. */
  credentials?(config: Config): readonly Credential[];
  /** The hub is run by the engine itself (D4); every other daemon is a worker. */
  role?: 'hub';
  /** Reads the module of what it does, where that is read late. */
  load?(): Promise<unknown>;
}

/** Epoch milliseconds of the next work of its own, none, or that ending now would lose something. */
export type NextWake = number | 'stays' | undefined;

/** A definition whose resources are its own business; `unknown` takes every definition, since methods are bivariant. */
export type AnyDaemon = DaemonDefinition<unknown>;

/** From whom a daemon takes a name that it subscribes to. */
export function acceptanceOf(
  { says, accepts = {} }: Pick<DaemonDefinition, 'says' | 'accepts'>,
  signal: string,
): Acceptance {
  return own(accepts, signal) ?? (says.includes(signal) ? 'colony' : 'act');
}

/** Checks what can be checked before anything runs, and keeps the resource type. */
export function defineDaemon<R = undefined>(definition: DaemonDefinition<R>): DaemonDefinition<R> {
  const idle = !definition.handle && !definition.source && definition.role !== 'hub';
  if (idle) throw new Error(`${definition.name} has neither handle nor source`);
  if (definition.handle && definition.hears.length === 0)
    throw new Error(`${definition.name} handles but hears nothing`);
  return Object.freeze(definition);
}
