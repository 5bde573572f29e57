import { isAlive } from '../base/process-identity.js';
import type { Attendant } from '../bus/observer.js';
import { countedTo, type Chronicle, type DaemonRecord } from '../supervise/chronicle.js';

/** A daemon as its keeper sees it. */
export interface DaemonStanding {
  name: string;
  pid: number | null;
  isRunning: boolean;
  /** What its supervisor remembers; undefined of one that was started by hand. */
  record: DaemonRecord | undefined;
}

/** Who keeps the daemons, and how they stand. */
export interface Standing {
  /** `kloros up`; `hand` where each was started by itself; `nobody` where none runs. */
  keeper: 'kloros up' | 'hand' | 'nobody';
  daemons: DaemonStanding[];
}

/** What the standing is read from. */
export interface StandingInput {
  /** Every daemon that there is. */
  members: readonly { name: string }[];
  attendants: readonly Attendant[];
  chronicle: Chronicle | undefined;
  nowMs: number;
}

/**
 * How the daemons stand. A living supervisor knows best, and which daemons should run; else every daemon should, and
 * those run that the journal has a living process of. What a supervisor that is gone remembers still counts restarts.
 */
export function standingOf({ members, attendants, chronicle, nowMs }: StandingInput): Standing {
  if (chronicle !== undefined && isAlive(chronicle.supervisor)) {
    return { keeper: 'kloros up', daemons: chronicle.daemons.map((record) => supervised(countedTo(record, nowMs))) };
  }
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
