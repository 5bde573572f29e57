import type { Keeper } from './keeper.js';

/** Where nobody keeps the daemons: they do not run, and the first start makes a supervisor. */
export function noKeeper(startDetached: (names: readonly string[]) => Promise<void>): Keeper {
  return {
    kind: { kind: 'nobody' },
    look: async (names) =>
      names.map((name) => ({ name, keeper: 'nobody', state: 'stopped', pid: null, restarts: null, why: null })),
    start: startDetached,
    stop: async () => undefined,
    restart: startDetached,
    reload: async () => undefined,
  };
}
