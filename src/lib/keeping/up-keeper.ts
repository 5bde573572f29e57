import { dirname } from 'node:path';
import { folderKey } from '../base/folder-place.js';
import { readChronicle } from '../supervise/chronicle.js';
import { tellSupervisor } from '../supervise/control-client.js';
import type { ControlRequest, SupervisorStatus } from '../supervise/control-words.js';
import { keeperWords, type KeptDaemon, type KeptState, type Keeper, type KeeperKind } from './keeper.js';

/** The files by which a supervisor is found. */
export interface SupervisorPaths {
  control: string;
  chronicle: string;
}

type Status = SupervisorStatus['daemons'][number];

const STATES: Record<Status['state'], KeptState> = {
  STARTING: 'starting',
  RUNNING: 'ready',
  IDLE: 'idle',
  BACKOFF: 'restarting',
  STOPPING: 'stopping',
  STOPPED: 'stopped',
  FATAL: 'failed',
};

/** The supervisor that runs in a home, as a keeper; undefined where none does. */
export async function upKeeper(paths: SupervisorPaths): Promise<Keeper | undefined> {
  const found = await tellSupervisor(paths.control, { do: 'status', names: [] });
  if (found === undefined || !isOurs(found, paths)) return undefined;
  const kind: KeeperKind = { kind: 'up', pid: found.pid, detached: found.detached };
  const tell = async (verb: ControlRequest['do'], names: readonly string[]) => {
    await tellSupervisor(paths.control, { do: verb, names: [...names] });
  };
  return {
    kind,
    look: async (names) => {
      const status = await tellSupervisor(paths.control, { do: 'status', names: [] });
      const chronicle = await readChronicle(paths.chronicle);
      return names.map((name) => {
        const member = status?.daemons.find((daemon) => daemon.name === name);
        const record = chronicle?.daemons.find((daemon) => daemon.name === name);
        return {
          name,
          ...standing(member, kind),
          restarts: record?.restarts.length ?? null,
          why: whyOf(member, record),
        };
      });
    },
    start: (names) => tell('start', names),
    stop: (names) => tell('stop', names),
    restart: (names) => tell('restart', names),
    reload: (names) => tell('reload', names),
  };
}

/** A copied home may lead to the original's supervisor. */
function isOurs({ home }: SupervisorStatus, { control }: SupervisorPaths): boolean {
  return home === undefined || home === folderKey(dirname(dirname(control)));
}

function standing(member: Status | undefined, kind: KeeperKind): Pick<KeptDaemon, 'keeper' | 'state' | 'pid'> {
  if (member === undefined) return { keeper: 'nobody', state: 'stopped', pid: null };
  return { keeper: keeperWords(kind), state: STATES[member.state], pid: member.pid };
}

function whyOf(member: Status | undefined, record: { lastEnd?: string | undefined } | undefined): string | null {
  const isBeaten = member?.state === 'BACKOFF' || member?.state === 'FATAL';
  return isBeaten ? (record?.lastEnd ?? null) : null;
}
