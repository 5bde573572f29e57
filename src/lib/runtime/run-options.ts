import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/log.js';
import type { Config } from '../config/schema.js';
import type { KeeperDoor } from './colony-door.js';
import type { Vitals } from './pulse.js';

/** What a daemon is run with; nothing is read from the process's surroundings. */
export interface RunOptions {
  config: Config;
  clock: Clock;
  log: Logger;
  random: () => number;
  /** Told which processes hold the journal's lock while nobody can write for seconds. */
  onStuckWriter?: ((holders: number[]) => void) | undefined;
  /** What this daemon may do with the processes of the others; absent: nothing. */
  keeper?: KeeperDoor;
  /** Names a further instance beside the first; it has no port of its own. */
  instance?: string;
}

/** A daemon at work. */
export interface RunningDaemon {
  /** Ends in order; what runs may finish, the rest is given back. */
  stop(): Promise<void>;
  /** The same for who is idle; it leaves word when it has to be started for work of its own. */
  rest(): Promise<void>;
  /** Whether it may not end though it is idle. */
  stays(): Promise<boolean>;
  /** Resolves after stop, rejects when the daemon cannot go on. */
  done: Promise<void>;
  /** How long it has had nothing in its hands. */
  restingMs(): number;
  /** How it is at this moment. */
  vitals(): Vitals;
}
