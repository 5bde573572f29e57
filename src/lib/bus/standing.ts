import type { ProcessIdentity } from '../base/process-identity.js';
/**
 * Where one signal stands with one daemon: `waiting` to be handled (backoff included), `running`, `handled`,
 * an open dead letter (`dead`), `refused` since the daemon
 * does not take it from where it came, or `unknown`: the engine knows no such daemon or signal, or not together.
 */
export type Standing = 'waiting' | 'running' | 'handled' | 'dead' | 'refused' | 'unknown';

/** A signal that a daemon has begun with and not ended: it runs, or waits for its next attempt. */
export interface BegunWork {
  seq: number;
  signalId: string;
  /** The running one included; those that were given back do not count. */
  attempts: number;
  /** Epoch milliseconds of the first of those attempts. */
  firstAttemptAtMs: number;
  running: boolean;
  /** Epoch milliseconds before which it is not tried again; 0 where it may be at once. */
  notBeforeMs: number;
}

/** By whose word a daemon consumes nothing until somebody lets it go on. */
export interface Pause {
  /** E.g. `operator`, or `governance.kill from watchtower`. */
  by: string;
  reason: string | null;
  /** Epoch milliseconds. */
  sinceMs: number;
  /** Command that ends it, where that is not `kloros daemon resume`. */
  lift?: string;
}

/** What a daemon stands on fails, so that it claims nothing but a probe now and then. */
export interface Outage {
  /** Epoch milliseconds. */
  sinceMs: number;
  /** Epoch milliseconds from which the next signal is its probe. */
  probeAtMs: number;
  error: string;
}

/** A consumer's place in the flow, for operators. */
export interface ConsumerStatus {
  name: string;
  hears: string[];
  paused: boolean;
  /** By whose word it is paused. */
  pause: Pause | null;
  /** Of its live instances. */
  outages: Outage[];
  enabled: boolean;
  /** Signals not yet fetched; exact on the embedded engine, an estimate elsewhere. */
  lag: number;
  /** Claimed and being handled. */
  running: number;
  /** In backoff, or ingested and not yet claimed. */
  waiting: number;
  /** Epoch milliseconds of its last settlement, to the second; null when it never handled one. */
  lastHandledAtMs: number | null;
  /** Process ids of live instances, where the engine knows them. */
  pids: number[];
}

/** A live process at the bus. */
export interface Attendant extends ProcessIdentity {
  /** Daemon or command. */
  name: string;
  /** Grows while it holds work and is alive. */
  beat: number;
}
