import { isoTimestamp } from '../base/clock.js';
import type { Draft, Signal } from './envelope.js';
import { signalName } from './name.js';

/** The ecosystem that our envelopes name. */
export const ECOSYSTEM = 'kloros';

/** What a draft lacks to be a signal. */
export interface MintOptions {
  id: string;
  source: string;
  nowMs: number;
  /** The signal that led to it. */
  cause?: Pick<Signal, 'id' | 'trace'>;
}

/** Makes a whole envelope of what a daemon or an operator said. Throws INVALID_NAME. */
export function mint(draft: Draft, options: MintOptions): Signal {
  const { id, nowMs, cause } = options;
  return {
    id,
    signal: signalName(draft.signal),
    timestamp: isoTimestamp(nowMs),
    source: options.source,
    facts: draft.facts,
    cause_id: draft.causeId ?? cause?.id ?? null,
    trace: draft.trace ?? cause?.trace ?? id,
    ecosystem: ECOSYSTEM,
    intensity: draft.intensity ?? 1,
    incident_id: id,
    ts: nowMs / 1000,
    schema_version: 1,
  };
}
