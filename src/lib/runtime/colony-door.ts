import { KlorosError } from '../base/errors.js';
import type { Attendant, Bus, Pause } from '../bus/bus.js';

/** A daemon of the colony, by name. */
export interface ColonyMember {
  name: string;
  role?: 'hub';
}

/** What whoever runs a daemon lets it do with the processes of the others. */
export interface KeeperDoor {
  /** Every daemon there is. */
  daemons: readonly ColonyMember[];
  /** Starts that nobody asked for, where a keeper counts them. */
  restarts(): Promise<{ name: string; restarts: number | null }[]>;
  /** Ends a daemon and has it started again; answers by whom. Throws CANNOT_RESTART where nobody would, and what went wrong. */
  restart(daemon: string, abort: AbortSignal): Promise<string>;
}

/** What a daemon may do to others: for the one that heals, and for nobody else. */
export interface ColonyDoor extends KeeperDoor {
  /** Processes at the journal, also of daemons that are no consumers. */
  processes(): Promise<Attendant[]>;
  pauseOf(daemon: string): Promise<Pause | undefined>;
  setPaused(daemon: string, pause: Pause | null): Promise<void>;
  /** Gives back what lost processes of a daemon hold; answers how many signals that were. */
  clearLeases(daemon: string): Promise<number>;
}

const NOBODY: KeeperDoor = {
  daemons: [],
  restarts: async () => [],
  restart: async (daemon) => {
    throw cannotRestart(daemon);
  },
};

/** Nobody would start it again. */
export function cannotRestart(daemon: string): KlorosError {
  return new KlorosError({
    code: 'CANNOT_RESTART',
    message: `Nobody keeps ${daemon}: cannot restart`,
    why: 'neither kloros up nor systemd would start it again',
    next: ['have it kept: kloros up', 'kloros systemd install'],
  });
}

/** The door of a daemon; whose starter lets it restart nobody, restarts nobody. */
export function colonyDoor(bus: Bus, keeper: KeeperDoor = NOBODY): ColonyDoor {
  return {
    ...keeper,
    processes: () => bus.attendants(),
    pauseOf: (daemon) => bus.pauseOf(daemon),
    setPaused: (daemon, pause) => bus.setPaused([daemon], pause),
    clearLeases: (daemon) => bus.clearLeases(daemon),
  };
}
