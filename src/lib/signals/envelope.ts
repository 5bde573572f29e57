/** Facts of a signal: any JSON object; the catalogue's schema says more for known names. */
export type Facts = Record<string, unknown>;

/**
 * A signal as kloros writes it: readable by peers that expect the document's envelope
 * (signal, timestamp, source, facts) and by peers that expect the running system's
 * (signal, ecosystem, intensity, facts, incident_id, trace, ts, schema_version).
 */
export interface Signal {
  /** Sortable unique id; derived from its cause for chained signals (D2). */
  id: string;
  /** Name, `Q_<ACTION>_<STATE>` for ours; foreign names pass through. */
  signal: string;
  /** ISO 8601 UTC with milliseconds. */
  timestamp: string;
  /** Daemon or peer that said it. */
  source: string;
  facts: Facts;
  /** Id of the signal that led to it; `intent:<file name>` for a routed intent; null at a root. */
  cause_id: string | null;
  /** Id of the root of the chain. */
  trace: string;
  ecosystem: string;
  intensity: number;
  /** Equals id for ours: peers drop a message whose incident_id they saw within 60 s. */
  incident_id: string | null;
  /** Epoch seconds, fractional. */
  ts: number;
  schema_version: 1;
  /** Why the facts of a journalled signal cannot be read, and are empty here; absent of all others. */
  unreadable?: string;
}

/** What a daemon or an operator says; the runtime mints the rest of the envelope. */
export interface Draft {
  signal: string;
  facts: Facts;
  /** 0..1, default 1. */
  intensity?: number;
  /** Overrides the causing signal; sources use it for `intent:<file name>`. */
  causeId?: string;
  /** The chain it belongs to, for sources that speak of a signal without answering it. */
  trace?: string;
  /**
   * Makes the id a function of (atMs, key), so that saying the same thing again after a crash is one signal.
   * Only for signals of a source; those of a handler are derived from their cause by the runtime.
   */
  derivedFrom?: { atMs: number; key: string };
}
