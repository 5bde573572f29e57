import type { Clock } from '../base/clock.js';
import type { Attendant, Pause, StateChange } from '../bus/bus.js';
import type { Config } from '../config/schema.js';
import type { Draft } from '../signals/envelope.js';
import type { readFacts } from '../signals/facts.js';

/** What is done to others. */
export interface RepairDoor {
  /** Processes at the journal. */
  processes(): Promise<Pick<Attendant, 'name' | 'pid'>[]>;
  /** Answers who started it again. Throws CANNOT_RESTART. */
  restart(daemon: string, abort: AbortSignal): Promise<string>;
  pauseOf(daemon: string): Promise<Pause | undefined>;
  setPaused(daemon: string, pause: Pause | null): Promise<void>;
  clearLeases(daemon: string): Promise<number>;
}

/** With what a repair is carried out. */
export interface CarryOutInput {
  config: Pick<Config, 'home' | 'healing'>;
  state: Readonly<Record<string, unknown>>;
  colony: RepairDoor;
  clock: Clock;
  abort: AbortSignal;
  /** Notes durably that it begins; answers what an earlier attempt noted, of whose end nothing is known. */
  begin(note: object): Promise<unknown>;
}

/** A repair that a rule decided on. */
export interface Order {
  /** Id of its Q_REPAIR_STARTED. */
  id: string;
  trace: string;
  facts: ReturnType<typeof readFacts<'Q_REPAIR_STARTED'>>;
  target: string;
  rule: string;
}

/** What an action did. */
export interface Deed {
  /** `unknown`: it was begun by an attempt that was cut short, and cannot be done twice. */
  outcome: 'made' | 'failed' | 'refused' | 'unknown';
  detail: string;
  says?: Draft;
  state?: StateChange[];
}

/** Something that a rule may do. */
export interface Action {
  /** What has to be known of the time before it, to tell afterwards whether it was done. */
  before?(order: Order, input: CarryOutInput): Promise<object>;
  act(order: Order, input: CarryOutInput): Promise<Deed>;
  /**
   * What came of it where an earlier attempt had begun, which is seen from how things are; undefined where it was not
   * done, and is to be.
   */
  after(order: Order, input: CarryOutInput, before: unknown): Promise<Deed | undefined>;
}

/** An action that is not done, and why. */
export function refused(detail: string): Deed {
  return { outcome: 'refused', detail };
}
