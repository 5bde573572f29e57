import { cannotRestart, type ColonyDoor } from '../../src/lib/runtime/colony-door.js';
import type { Pause } from '../../src/lib/bus/bus.js';

/** A colony of which a daemon that is tested by itself sees nobody else. */
export function aloneColony(more: Partial<ColonyDoor> = {}): ColonyDoor {
  const pauses = new Map<string, Pause>();
  return {
    daemons: [],
    processes: async () => [],
    restarts: async () => [],
    restart: async (daemon) => {
      throw cannotRestart(daemon);
    },
    pauseOf: async (daemon) => pauses.get(daemon),
    setPaused: async (daemon, pause) => {
      if (pause === null) pauses.delete(daemon);
      else pauses.set(daemon, pause);
    },
    clearLeases: async () => 0,
    ...more,
  };
}
