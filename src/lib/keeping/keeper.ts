import type { Scope } from '../systemd/layout.js';

/** Who keeps the daemons of a home alive. */
export type KeeperKind =
  { kind: 'systemd'; scope: Scope } | { kind: 'up'; pid: number; detached: boolean } | { kind: 'nobody' };

/** How a daemon stands with its keeper; `failed` is given up, `idle` rests until a signal waits. */
export type KeptState = 'ready' | 'idle' | 'starting' | 'restarting' | 'stopping' | 'stopped' | 'failed';

/** One daemon as it is kept. */
export interface KeptDaemon {
  name: string;
  /** In words: `systemd (system)`, `kloros up (process 42)`, `by hand`, `nobody`. */
  keeper: string;
  state: KeptState;
  pid: number | null;
  /** Starts that nobody asked for, where the keeper counts them. */
  restarts: number | null;
  /** Why it is not ready, where the keeper knows; of one that rests, when it will be started. */
  why: string | null;
}

/** Daemons of a home, and the one who starts, stops and watches them. */
export interface Keeper {
  kind: KeeperKind;
  /** How they stand, in this order. */
  look(names: readonly string[]): Promise<KeptDaemon[]>;
  /** Resolves when they are ready. */
  start(names: readonly string[]): Promise<void>;
  /** Resolves when they have ended. */
  stop(names: readonly string[]): Promise<void>;
  restart(names: readonly string[]): Promise<void>;
  /** Tells those who run to read their settings anew; who does not run reads them when it starts. */
  reload(names: readonly string[]): Promise<void>;
}

/** A keeper in words. */
export function keeperWords(kind: KeeperKind): string {
  if (kind.kind === 'systemd') return `systemd (${kind.scope})`;
  if (kind.kind === 'up') return `kloros up${kind.detached ? ', detached' : ''} (process ${kind.pid})`;
  return 'nobody';
}
