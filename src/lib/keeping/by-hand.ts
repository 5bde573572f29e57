import { setTimeout as sleep } from 'node:timers/promises';
import { signalProcess, type ProcessIdentity } from '../base/process-identity.js';
import type { Keeper, KeptDaemon } from './keeper.js';

/** Processes at the journal, by daemon. */
export type Attendants = () => readonly (ProcessIdentity & { name: string })[];

const LOOK_EVERY_MS = 100;
const FORCE_AFTER_MS = 30_000;

/** Knows also those whom somebody started by hand, beside whoever keeps the others: it sees and stops them. */
export function withThoseByHand(keeper: Keeper, attendants: Attendants): Keeper {
  const look = async (names: readonly string[]) => {
    const kept = await keeper.look(names);
    const there = attendants();
    return kept.map((daemon) => seen(daemon, there.find(({ name }) => name === daemon.name)?.pid));
  };
  const stop = async (names: readonly string[]) => {
    const standing = await look(names);
    const byHand = standing.filter(({ keeper: who }) => who === BY_HAND);
    const meant = attendants().filter((one) => byHand.some(({ pid }) => pid === one.pid));
    await Promise.all([keeper.stop(namesOf(standing, byHand)), ...meant.map(end)]);
  };
  return {
    kind: keeper.kind,
    look,
    stop,
    start: async (names) => {
      const idle = (await look(names)).filter(({ keeper: who }) => who !== BY_HAND);
      if (idle.length > 0) await keeper.start(idle.map(({ name }) => name));
    },
    restart: async (names) => {
      const byHand = (await look(names)).filter(({ keeper: who }) => who === BY_HAND);
      await stop(byHand.map(({ name }) => name));
      await keeper.restart(names);
    },
    reload: async (names) => {
      const standing = await look(names);
      const byHand = standing.filter(({ keeper: who }) => who === BY_HAND);
      for (const one of attendants()) if (byHand.some(({ pid }) => pid === one.pid)) signalProcess(one, 'SIGHUP');
      await keeper.reload(namesOf(standing, byHand));
    },
  };
}

const BY_HAND = 'by hand';

/** A keeper that has no process for it knows nothing of the one that is there. */
function seen(daemon: KeptDaemon, pid: number | undefined): KeptDaemon {
  const isUnknown = pid !== undefined && daemon.pid === null && daemon.state === 'stopped';
  return isUnknown ? { ...daemon, keeper: BY_HAND, state: 'ready', pid, why: null } : daemon;
}

function namesOf(all: readonly KeptDaemon[], without: readonly KeptDaemon[]): string[] {
  return all.filter((daemon) => !without.includes(daemon)).map(({ name }) => name);
}

/** In order, and by force when that takes too long. Throws EPERM where it is somebody else's. */
async function end(one: ProcessIdentity): Promise<void> {
  for (let waitedMs = 0; signalProcess(one, waitedMs === 0 ? 'SIGTERM' : 0); waitedMs += LOOK_EVERY_MS) {
    if (waitedMs >= FORCE_AFTER_MS) signalProcess(one, 'SIGKILL');
    await sleep(LOOK_EVERY_MS);
  }
}
