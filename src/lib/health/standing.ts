import { isAlive } from '../base/process-identity.js';
import type { Attendant } from '../bus/observer.js';
import type { UnitState } from '../systemd/unit-states.js';
import { countedTo, type Chronicle, type DaemonRecord } from '../supervise/chronicle.js';

/** A daemon as its keeper sees it. */
export interface DaemonStanding {
  name: string;
  pid: number | null;
  isRunning: boolean;
  /** What its supervisor remembers; undefined of one that was started by hand. */
  record: DaemonRecord | undefined;
  /** Its service, where systemd keeps it. */
  unit?: UnitState;
}

/** Who keeps the daemons, and how they stand. */
export interface Standing {
  /** `kloros up` or `systemd`; `hand` where each was started by itself; `nobody` where none runs. */
  keeper: 'kloros up' | 'systemd' | 'hand' | 'nobody';
  daemons: DaemonStanding[];
}

/** What the standing is read from. */
export interface StandingInput {
  /** Every daemon that there is. */
  members: readonly { name: string }[];
  attendants: readonly Pick<Attendant, 'name' | 'pid'>[];
  chronicle: Chronicle | undefined;
  /** Services of this home; undefined where none are installed. */
  units: readonly UnitState[] | undefined;
  nowMs: number;
}

/**
 * How the daemons stand. A living supervisor knows best, and which daemons should run; else systemd, where it has
 * services of this home; else every daemon should, and those run that the journal has a living process of. What a supervisor that is gone remembers still counts restarts.
 */
export function standingOf({ members, attendants, chronicle, units, nowMs }: StandingInput): Standing {
  if (chronicle !== undefined && isAlive(chronicle.supervisor)) {
    return { keeper: 'kloros up', daemons: chronicle.daemons.map((record) => supervised(countedTo(record, nowMs))) };
  }
  if (units !== undefined) return { keeper: 'systemd', daemons: units.filter(isInstalled).map(served) };
  const daemons = members.map(({ name }) => {
    const pid = attendants.find((attendant) => attendant.name === name)?.pid ?? null;
    return { name, pid, isRunning: pid !== null, record: undefined };
  });
  return { keeper: daemons.some(({ isRunning }) => isRunning) ? 'hand' : 'nobody', daemons };
}

/** Who rests for lack of work is started as soon as there is some. */
const READY: ReadonlySet<DaemonRecord['state']> = new Set(['RUNNING', 'IDLE']);

function supervised(record: DaemonRecord): DaemonStanding {
  return { name: record.name, pid: record.pid, isRunning: READY.has(record.state), record };
}

const SERVED: ReadonlySet<string> = new Set(['active', 'reloading', 'idle']);

function isInstalled({ state }: UnitState): boolean {
  return state !== 'absent';
}

function served(unit: UnitState): DaemonStanding {
  return { name: unit.daemon, pid: unit.pid, isRunning: SERVED.has(unit.state), record: undefined, unit };
}
