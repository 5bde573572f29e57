import { own } from '../base/own.js';
import type { Scope } from '../systemd/layout.js';
import { showUnits } from '../systemd/show.js';
import { demand, systemctlOf, type Systemctl } from '../systemd/systemctl.js';
import { pathUnitOf, unitOf } from '../systemd/unit-names.js';
import { unitStates, type UnitState } from '../systemd/unit-states.js';
import { keeperWords, type KeptDaemon, type KeptState, type Keeper, type KeeperKind } from './keeper.js';

const STATES: Readonly<Record<string, KeptState>> = {
  active: 'ready',
  activating: 'starting',
  reloading: 'ready',
  deactivating: 'stopping',
  idle: 'idle',
  failed: 'failed',
};

/** The services of a home as a keeper. */
export function systemdKeeper(scope: Scope, env: NodeJS.ProcessEnv): Keeper {
  const systemctl = systemctlOf(scope, env);
  const kind: KeeperKind = { kind: 'systemd', scope };
  const units = (names: readonly string[]) => unitsOf(systemctl, names);
  return {
    kind,
    look: async (names) => (await unitStates(systemctl, scope, names)).map((unit) => keptOf(unit, keeperWords(kind))),
    start: async (names) => {
      // Whoever asks for a start by name does not want to hear of earlier starts.
      await systemctl('reset-failed', ...(await units(names)));
      await demand(systemctl, 'start', ...(await units(names)));
    },
    stop: async (names) => {
      if (names.length === 0) return; // All were started by hand; systemctl takes no empty list.
      await demand(systemctl, 'stop', ...(await units(names)));
    },
    restart: async (names) => {
      await systemctl('reset-failed', ...(await units(names)));
      await demand(systemctl, 'restart', ...(await units(names)));
    },
    reload: async (names) => {
      const services = names.map(unitOf);
      const shown = await showUnits(systemctl, services);
      const running = services.filter((_, index) => shown[index]?.['ActiveState'] === 'active');
      if (running.length > 0) await demand(systemctl, 'reload', ...running);
    },
  };
}

/** The services, and before them what starts them on demand: else one that is stopped would be started again. */
async function unitsOf(systemctl: Systemctl, names: readonly string[]): Promise<string[]> {
  const paths = names.map(pathUnitOf);
  const shown = await showUnits(systemctl, paths);
  return [...paths.filter((_, index) => shown[index]?.['LoadState'] === 'loaded'), ...names.map(unitOf)];
}

function keptOf({ daemon, state, subState, pid, restarts, why, status }: UnitState, keeper: string): KeptDaemon {
  const isAgain = subState === 'auto-restart';
  return {
    name: daemon,
    keeper: state === 'absent' ? 'nobody' : keeper,
    state: isAgain ? 'restarting' : (own(STATES, state) ?? 'stopped'),
    pid,
    restarts: state === 'absent' ? null : restarts,
    why: why ?? complaintIn(status),
  };
}

/** What a daemon says of settings that it could not take up. */
function complaintIn(status: string): string | null {
  return /its settings stay those from before: .*/.exec(status)?.[0] ?? null;
}
